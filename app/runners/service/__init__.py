"""What the product does with runners."""
