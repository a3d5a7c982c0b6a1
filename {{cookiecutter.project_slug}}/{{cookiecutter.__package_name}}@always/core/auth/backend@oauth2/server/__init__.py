"""The authorization server: clients, consent, grants, tokens and the keys that sign them."""
