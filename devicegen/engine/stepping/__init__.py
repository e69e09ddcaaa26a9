"""Time stepping, relaxation and minimization."""
