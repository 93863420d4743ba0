output "edges" {
  description = "Base URLs of the regions' edges, for an OpenAI client."
  value       = terraform_data.mesh.output.edges
}
