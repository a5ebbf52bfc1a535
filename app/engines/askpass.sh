#!/bin/sh
# Answers ssh's question for a password, which it takes neither as an argument nor by a variable.
printf '%s\n' "$HOLDFAST_SFTP_PASSWORD"
