"""What has to be installed, how firmly it is fixed, and whether it covers what the code imports."""
