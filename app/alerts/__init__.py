"""What is wrong now, until it is mended."""
