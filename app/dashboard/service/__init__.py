"""The roll-ups, and the views that are read from them and from what they do not hold yet."""
