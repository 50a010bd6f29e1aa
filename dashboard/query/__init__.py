"""What can be asked, as parameters of an address, a request or a command."""
