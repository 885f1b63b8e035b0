"""How the programme is brought to life: containers for production, an embedded platform for everyone else."""
