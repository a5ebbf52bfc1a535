"""Backup engines behind one small interface; they know no database and no HTTP."""
