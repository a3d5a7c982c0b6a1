"""User accounts: passwords, sessions, sign-in, and the HTML pages."""
