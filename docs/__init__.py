"""What the project says about itself, and the script that draws its pictures."""
