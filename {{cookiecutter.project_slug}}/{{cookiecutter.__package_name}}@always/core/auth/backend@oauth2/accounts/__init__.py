"""User accounts: passwords, sessions, sign-in, sign-up, and the HTML pages."""
