"""What is decided about a storage, without asking anybody."""
