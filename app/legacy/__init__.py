"""The API that PowerShell scripts in the field call and that cannot change."""
