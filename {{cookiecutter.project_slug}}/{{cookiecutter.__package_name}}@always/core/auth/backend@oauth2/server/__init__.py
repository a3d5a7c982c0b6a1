"""The authorization server: clients, consent, grants, tokens and signing keys."""
