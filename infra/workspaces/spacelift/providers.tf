# Inside Spacelift the run's own token is used; elsewhere SPACELIFT_API_KEY_*.
provider "spacelift" {}
