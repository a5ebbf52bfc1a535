"""The wire format of storage providers and AWS accounts."""
