"""How one gets to each kind of storage; knows no database, no HTTP of ours and no tenant."""
