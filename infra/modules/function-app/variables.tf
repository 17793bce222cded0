variable "names" {
  type = object({
    function_app            = string
    service_plan            = string
    application_insights    = string
    durable_scheduler       = string
    private_endpoint        = string
    host_storage_account    = string
    data_storage_account    = string
    events_storage_account  = string
    writer_managed_identity = string
    pruner_managed_identity = string
  })
  nullable    = false
  description = "Names from the naming module: host storage is the runtime's own, data storage holds Caretaker's state and ledger, events storage receives events."

  validation {
    condition     = length(var.names.function_app) <= 32
    error_message = "names.function_app must have at most 32 characters: the runtime cuts its host id there, and two apps with the same start would share locks."
  }

  validation {
    condition     = length(distinct([var.names.host_storage_account, var.names.data_storage_account, var.names.events_storage_account])) == 3
    error_message = "names: host, data and events storage must be three accounts; they are open to different callers."
  }
}

variable "resource_group" {
  type = object({
    name        = string
    resource_id = string
  })
  nullable    = false
  description = "Resource group that holds Caretaker."
}

variable "location" {
  type        = string
  nullable    = false
  description = "Azure region; it must offer Flex Consumption and, for that backend, the Durable Task Scheduler."
}

variable "tags" {
  type        = map(string)
  nullable    = false
  description = "Tags, from the naming module."
}

variable "environment" {
  type        = string
  nullable    = false
  description = "Environment that Caretaker looks after: dev, qa or prod. Its ledger's chain bears the name."

  validation {
    condition     = contains(["dev", "qa", "prod"], var.environment)
    error_message = "environment must be dev, qa or prod."
  }
}

variable "tenant_id" {
  type        = string
  nullable    = false
  description = "Entra tenant."

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.tenant_id))
    error_message = "tenant_id must be a lower-case UUID."
  }
}

variable "subscription_ids" {
  type        = list(string)
  nullable    = false
  description = "Subscriptions whose resources Caretaker may act on."

  validation {
    condition     = length(var.subscription_ids) > 0 && alltrue([for id in var.subscription_ids : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "subscription_ids must hold at least one lower-case UUID."
  }
}

variable "deployer_principal_id" {
  type        = string
  nullable    = false
  description = "Principal id of whoever applies this configuration and deploys the application: it writes the policy document and the package."

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.deployer_principal_id))
    error_message = "deployer_principal_id must be a principal id (a lower-case UUID)."
  }
}

variable "policy_document" {
  type        = string
  nullable    = false
  description = "Caretaker's policy document (YAML): which signals lead to which runbooks, in which mode, within which limits."

  validation {
    condition     = can(yamldecode(var.policy_document).rules) && can(yamldecode(var.policy_document).environments)
    error_message = "policy_document must be YAML with environments and rules."
  }

  validation {
    condition     = try(contains(keys(yamldecode(var.policy_document).environments), var.environment), true)
    error_message = "policy_document must know the environment that it is delivered to."
  }
}

variable "documents" {
  type        = map(string)
  nullable    = false
  default     = {}
  description = "Caretaker's documents beside the policy, by name, as YAML: `backup` (tiers and what they select), `dns` (what DNS shall be, where Caretaker owns it), `rotation` (secrets and how they are rotated) and `stacks` (the manifest of the stacks, for the webhooks of their runs). Without one nothing of its kind is done."

  validation {
    condition     = length(setsubtract(keys(var.documents), ["backup", "dns", "rotation", "stacks"])) == 0
    error_message = "documents may hold backup, dns, rotation and stacks."
  }

  validation {
    condition     = alltrue([for text in values(var.documents) : can(yamldecode(text))])
    error_message = "documents must be YAML."
  }
}

variable "secrets" {
  type        = map(string)
  nullable    = false
  default     = {}
  description = "Settings whose values the platform reads from the vault: setting to the secret's URI without a version, so that a rotated secret is taken by itself. The writer must be allowed to read them."

  validation {
    condition     = length(setsubtract(keys(var.secrets), ["CARETAKER_CHANNELS", "CARETAKER_CLOUDFLARE_WEBHOOK_SECRETS", "CARETAKER_HCP_TERRAFORM_SECRETS", "CARETAKER_LINK_KEYS", "CARETAKER_SPACELIFT_SECRETS"])) == 0
    error_message = "secrets may hold CARETAKER_CHANNELS, CARETAKER_CLOUDFLARE_WEBHOOK_SECRETS, CARETAKER_HCP_TERRAFORM_SECRETS, CARETAKER_LINK_KEYS and CARETAKER_SPACELIFT_SECRETS."
  }

  validation {
    condition     = alltrue([for uri in values(var.secrets) : can(regex("^https://[a-z0-9-]{3,24}\\.vault\\.azure\\.net/secrets/[0-9A-Za-z-]{1,127}$", uri))])
    error_message = "secrets: values are URIs such as https://kv-x.vault.azure.net/secrets/name, without a version."
  }
}

variable "cloudflare_token_secret_uri" {
  type        = string
  nullable    = false
  default     = ""
  description = "Address, without a version, of the secret with Caretaker's Cloudflare token, as the cloudflare-dns module returns it; empty where no zone is looked after. The application reads it itself, so that a renewed token is taken within minutes."

  validation {
    condition     = var.cloudflare_token_secret_uri == "" || can(regex("^https://[a-z0-9-]{3,24}\\.vault\\.azure\\.net/secrets/[0-9A-Za-z-]{1,127}$", var.cloudflare_token_secret_uri))
    error_message = "cloudflare_token_secret_uri must be a URI such as https://kv-x.vault.azure.net/secrets/name, without a version."
  }
}

variable "network" {
  type = object({
    integration_subnet_resource_id = string
    endpoint_subnet_resource_id    = string
    private_dns_zone_resource_ids  = map(string)
  })
  nullable    = false
  description = "Where Caretaker lives: the subnet that it calls from (delegated to Microsoft.App/environments), the subnet of its private endpoints, and the zones as the private-dns module returns them (blob, queue, table, function_app, durable_scheduler)."

  validation {
    condition     = length(setsubtract(["blob", "queue", "table", "function_app", "durable_scheduler"], keys(var.network.private_dns_zone_resource_ids))) == 0
    error_message = "network.private_dns_zone_resource_ids must hold blob, queue, table, function_app and durable_scheduler."
  }
}

variable "ingress" {
  type = object({
    service_tags      = optional(map(string), { action-groups = "ActionGroup" })
    operator_prefixes = optional(list(string), [])
  })
  nullable    = false
  default     = {}
  description = <<-EOT
    Who may call besides the private endpoint. Azure Monitor's action groups cannot use a private endpoint, so their service tag is admitted to the door; the token that they bring is what counts there.
    - `service_tags`: name to service tag (add AzureEventGrid for webhook delivery of events).
    - `operator_prefixes`: public ranges of operators who are not on the network.
  EOT

  validation {
    condition     = alltrue([for tag in values(var.ingress.service_tags) : contains(["ActionGroup", "AzureEventGrid"], tag)])
    error_message = "ingress.service_tags may hold ActionGroup and AzureEventGrid only."
  }

  validation {
    condition     = alltrue([for prefix in var.ingress.operator_prefixes : can(cidrhost(prefix, 0)) && prefix != "0.0.0.0/0"])
    error_message = "ingress.operator_prefixes must be ranges in CIDR notation, and not 0.0.0.0/0."
  }
}

variable "durable" {
  type = object({
    backend  = string
    sku      = optional(string, "Consumption")
    capacity = optional(number)
    task_hub = optional(string, "caretaker")
  })
  nullable    = false
  default     = { backend = "scheduler" }
  description = <<-EOT
    Where orchestrations live:
    - `backend`: `scheduler` (Durable Task Scheduler: fast, with a dashboard, priced per action) or `storage` (Azure Storage: no further resource; it polls, which costs a little all day).
    - `sku`: Consumption, or Dedicated with `capacity` 1 or (zone redundant) 3.
    - `task_hub`: name of the task hub. A new name is a new, empty world: never change it while runs are open.
  EOT

  validation {
    condition     = contains(["scheduler", "storage"], var.durable.backend)
    error_message = "durable.backend must be scheduler or storage."
  }

  validation {
    condition     = contains(["Consumption", "Dedicated"], var.durable.sku)
    error_message = "durable.sku must be Consumption or Dedicated."
  }

  validation {
    condition     = (var.durable.sku == "Dedicated") == (var.durable.capacity != null) && contains([1, 3], coalesce(var.durable.capacity, 1))
    error_message = "durable.capacity must be 1 or 3 with sku Dedicated, and absent with Consumption."
  }

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{2,44}$", var.durable.task_hub))
    error_message = "durable.task_hub must be 3 to 45 lower-case letters and digits and start with a letter; Azure Storage accepts nothing else as a hub's name."
  }
}

variable "scale" {
  type = object({
    maximum_instances = optional(number, 40)
    memory_mb         = optional(number, 2048)
    always_ready      = optional(number, 1)
  })
  nullable    = false
  default     = {}
  description = "Scale of the app. One instance that is always ready answers Azure Monitor within its time limit; without it a cold start can cost an alert."

  validation {
    condition     = var.scale.maximum_instances >= 40 && var.scale.maximum_instances <= 1000
    error_message = "scale.maximum_instances must be 40 to 1000, the bounds of Flex Consumption."
  }

  validation {
    condition     = contains([512, 2048, 4096], var.scale.memory_mb)
    error_message = "scale.memory_mb must be 512, 2048 or 4096."
  }

  validation {
    condition     = var.scale.always_ready >= 0 && var.scale.always_ready <= 20
    error_message = "scale.always_ready must be 0 to 20."
  }
}

variable "app_roles" {
  type     = map(string)
  nullable = false
  default = {
    "Caretaker.Reader"   = "See incidents, runs, decisions and the ledger."
    "Caretaker.Operator" = "Start runbooks and engage the kill switch."
    "Caretaker.Approver" = "Approve plans that ask for it; never one's own."
    "Caretaker.Admin"    = "Everything, and clear the kill switch."
  }
  description = "Roles of the operator API: value to what it allows."

  validation {
    condition     = alltrue([for role in keys(var.app_roles) : can(regex("^[A-Z][A-Za-z.]{2,63}$", role))])
    error_message = "app_roles: values are letters and dots, starting with a capital, for example Caretaker.Reader."
  }
}

variable "app_role_clients" {
  type = map(object({
    role                = string
    principal_object_id = string
  }))
  nullable    = false
  default     = {}
  description = "Service principals with a role of the operator API, by name: the pipeline's, which report drift and try what was deployed (Caretaker.Operator)."

  validation {
    condition     = alltrue([for client in values(var.app_role_clients) : contains(keys(var.app_roles), client.role)])
    error_message = "app_role_clients: role must be one of app_roles."
  }

  validation {
    condition     = alltrue([for client in values(var.app_role_clients) : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", client.principal_object_id))])
    error_message = "app_role_clients: principal_object_id must be an object id (a lower-case UUID)."
  }
}

variable "app_role_groups" {
  type = map(object({
    role            = string
    group_object_id = string
  }))
  nullable    = false
  default     = {}
  description = "Entra groups that hold the roles, by a name of your choice."

  validation {
    condition     = alltrue([for member in values(var.app_role_groups) : contains(keys(var.app_roles), member.role)])
    error_message = "app_role_groups: role must be one of app_roles."
  }
}

variable "event_delivery" {
  type        = string
  nullable    = false
  default     = "queue"
  description = "How events come: `queue` (Storage queue, no public door) or `webhook` (Caretaker's HTTP door; needs the AzureEventGrid tag in `ingress`, and the app must be deployed before event sources are made)."

  validation {
    condition     = contains(["queue", "webhook"], var.event_delivery)
    error_message = "event_delivery must be queue or webhook."
  }

  validation {
    condition     = var.event_delivery != "webhook" || contains(values(var.ingress.service_tags), "AzureEventGrid")
    error_message = "event_delivery webhook needs the service tag AzureEventGrid in ingress.service_tags."
  }
}

variable "ledger" {
  type = object({
    immutable_days = optional(number, 365)
    locked         = optional(bool, false)
  })
  nullable    = false
  default     = {}
  description = "How long a written entry of the ledger cannot be changed or deleted; `locked` makes that final (prod)."

  validation {
    condition     = var.ledger.immutable_days >= 30 && var.ledger.immutable_days <= 3650
    error_message = "ledger.immutable_days must be 30 to 3650."
  }
}

variable "replication" {
  type        = string
  nullable    = false
  default     = "ZRS"
  description = "Replication of Caretaker's storage."

  validation {
    condition     = contains(["LRS", "ZRS", "GZRS", "RAGZRS"], var.replication)
    error_message = "replication must be LRS, ZRS, GZRS or RAGZRS."
  }
}

variable "log_level" {
  type        = string
  nullable    = false
  default     = "info"
  description = "Least severe log line that is kept."

  validation {
    condition     = contains(["debug", "info", "warn", "error"], var.log_level)
    error_message = "log_level must be debug, info, warn or error."
  }
}

variable "arm_endpoint" {
  type        = string
  nullable    = false
  default     = "https://management.azure.com"
  description = "Azure Resource Manager of the cloud."

  validation {
    condition     = startswith(var.arm_endpoint, "https://")
    error_message = "arm_endpoint must start with https://."
  }
}

variable "monitoring" {
  type = object({
    log_analytics_workspace_resource_id = string
    people_action_group_resource_id     = string
  })
  nullable    = false
  description = "Log Analytics workspace, and the action group that tells people when Caretaker itself is silent."
}
