print("npy")
