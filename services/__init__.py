"""The four services; each starts from a folder that holds only itself and shared/."""
