"""What is shipped to Prefect (prefect.yaml), and the command line around it."""
