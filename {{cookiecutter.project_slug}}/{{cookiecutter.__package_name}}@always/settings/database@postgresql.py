"""What an address of the database looks like; psycopg 3 speaks to it."""

SCHEMES = ("postgresql", "postgresql+psycopg")
