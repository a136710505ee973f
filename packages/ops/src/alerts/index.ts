// All alerts of a model, by area.
import type { Model } from '../config/model.js'
import { anomalyAlerts } from './anomaly.js'
import { auditAlerts } from './audit.js'
import { availabilityAlerts } from './availability.js'
import { backupAlerts } from './backup.js'
import { budgetAlerts } from './budget.js'
import { cacheAlerts } from './cache.js'
import { canaryAlerts } from './canary.js'
import { capacityAlerts } from './capacity.js'
import { cardinalityAlerts } from './cardinality.js'
import { dependencyAlerts } from './dependencies.js'
import { deployAlerts } from './deploy.js'
import { escalationAlerts } from './escalation.js'
import { jobAlerts } from './jobs.js'
import { llmAlerts } from './llm.js'
import { logAlerts } from './logs.js'
import { postgresAlerts } from './postgres.js'
import { processAlerts } from './process.js'
import { qualityAlerts } from './quality.js'
import { recentAlerts } from './recent.js'
import { sloAlerts } from './slo.js'
import { slownessAlerts } from './slowness.js'
import { storeAlerts } from './stores.js'
import { telemetryAlerts } from './telemetry.js'
import type { Alert } from './types.js'

const AREAS: Readonly<Record<string, (model: Model) => Alert[]>> = {
  'service-levels': sloAlerts,
  availability: availabilityAlerts,
  dependencies: (model) => [...dependencyAlerts(model), ...slownessAlerts(model)],
  process: processAlerts,
  postgres: postgresAlerts,
  stores: storeAlerts,
  llm: llmAlerts,
  budget: budgetAlerts,
  cache: cacheAlerts,
  quality: qualityAlerts,
  jobs: jobAlerts,
  backup: backupAlerts,
  logs: logAlerts,
  audit: auditAlerts,
  telemetry: telemetryAlerts,
  cardinality: cardinalityAlerts,
  deploy: (model) => [...deployAlerts(model), ...canaryAlerts(model)],
  capacity: capacityAlerts,
  anomaly: anomalyAlerts,
  recent: recentAlerts,
  escalation: escalationAlerts
}

/** The alerts of each area. */
export function alertAreas(model: Model): { area: string; alerts: Alert[] }[] {
  return Object.entries(AREAS).map(([area, make]) => ({ area, alerts: make(model) }))
}

/** All alerts. */
export function allAlerts(model: Model): Alert[] {
  return alertAreas(model).flatMap(({ alerts }) => alerts)
}
