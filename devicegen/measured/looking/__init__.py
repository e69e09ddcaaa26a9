"""A look at files that nobody has described yet: where the numbers stand, what each column is, what must be asked."""
