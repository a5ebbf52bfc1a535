"""Hosts elsewhere that execute: registered, given runs to do, heard of while they do them."""
