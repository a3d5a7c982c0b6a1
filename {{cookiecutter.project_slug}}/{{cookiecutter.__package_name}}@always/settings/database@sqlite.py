"""What an address of the database looks like."""

SCHEMES = ("sqlite",)
