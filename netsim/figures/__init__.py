"""Pictures of tables and runs, as the two papers draw them."""
