"""What commands share: groups, options, arguments and tables."""
