"""Networks trained and scored on device tables. Knows the table's format, not how a table came about."""
