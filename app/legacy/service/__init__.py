"""What becomes of a script's post: landed, merged, or kept until somebody mends it."""
