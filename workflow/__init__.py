"""The pipeline: what joins devices and networks. Nothing imports it but the Snakefile, tools and tests."""
