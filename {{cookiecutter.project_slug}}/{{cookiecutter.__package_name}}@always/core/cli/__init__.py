"""What commands share: a group that needs the database, validation of arguments, and output as a table or JSON."""
