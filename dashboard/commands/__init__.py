"""The console command `leadloop`, a module a command."""
