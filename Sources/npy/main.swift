import NumPyCommands

runCommand()
