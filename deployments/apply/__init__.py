"""`opencoder apply`: one data stage on a user's own files, with the stages' own code."""
