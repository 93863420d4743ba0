variable "state_dir" {
  description = "Folder for the mesh's log and process id."
  type        = string
  default     = "/tmp/hanse-local"
}

variable "first_edge_port" {
  description = "Port of the first region's edge."
  type        = number
  default     = 8080
}

variable "first_admin_port" {
  description = "Port of the first region's admin API."
  type        = number
  default     = 9070
}

variable "engine" {
  description = "Empty for simulated engines."
  type        = string
  default     = ""
}
