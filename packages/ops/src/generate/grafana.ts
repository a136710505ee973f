// Grafana dashboards and their provisioning.

import type { Model } from '../config/model.js'
import { roleDashboards } from '../dashboards/roles.js'
import { sharedDashboards } from '../dashboards/shared.js'
import type { Dashboard } from '../dashboards/types.js'
import { classicDashboard } from './grafana-classic.js'
import { v2Dashboard } from './grafana-v2.js'
import type { Artifacts } from './types.js'
import { json, yaml } from './yaml.js'

/** All dashboards of a model. */
export function dashboardsOf(model: Model): Dashboard[] {
  return [...sharedDashboards(model.limits.anomalyScore), ...roleDashboards()]
}

export function generateGrafana(model: Model): Artifacts {
  const dashboards = dashboardsOf(model)
  const files: Record<string, string> = {}
  for (const dashboard of dashboards) {
    const document = model.targets.grafana === 'v2' ? v2Dashboard(dashboard, dashboards) : classicDashboard(dashboard, dashboards)
    files[`grafana/dashboards/${dashboard.uid}.json`] = json(document)
  }
  files['grafana/provisioning/dashboards/rag.yml'] = yaml({
    apiVersion: 1,
    providers: [
      {
        name: 'rag',
        folder: 'RAG',
        type: 'file',
        disableDeletion: false,
        allowUiUpdates: false,
        options: { path: '/etc/grafana/dashboards' }
      }
    ]
  })
  files['grafana/provisioning/datasources/rag.yml'] = yaml({
    apiVersion: 1,
    datasources: [
      {
        name: 'Prometheus',
        type: 'prometheus',
        access: 'proxy',
        url: model.prometheusUrl,
        isDefault: true,
        jsonData: { exemplarTraceIdDestinations: [{ name: 'trace_id', urlDisplayLabel: 'Trace' }] }
      }
    ]
  })
  return files
}
