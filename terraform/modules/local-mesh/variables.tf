variable "state_dir" {
  description = "Folder for the mesh's log and process id; made where it is missing."
  type        = string
}

variable "first_edge_port" {
  description = "Port of the first region's edge; the others follow it."
  type        = number
  default     = 8080

  validation {
    condition     = var.first_edge_port >= 1024 && var.first_edge_port <= 65533
    error_message = "first_edge_port must be 1024 to 65533: three edges listen on it and the two ports above."
  }
}

variable "first_admin_port" {
  description = "Port of the first region's admin API; the others follow it."
  type        = number
  default     = 9070

  validation {
    condition     = var.first_admin_port >= 1024 && var.first_admin_port <= 65533
    error_message = "first_admin_port must be 1024 to 65533: three control planes listen on it and the two ports above."
  }
}

variable "engine" {
  description = "Empty for simulated engines, else what `hanse demo --engine` takes, for example openai=http://127.0.0.1:8000."
  type        = string
  default     = ""
}

variable "ready_within_seconds" {
  description = "How long the first start may take; it includes building the command where that was not done."
  type        = number
  default     = 600
}
