"""Point sets, images and tables of data."""
