// Services of the area "code" whose tokens have no prefix: found by the name beside them. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const codeNames: RuleGroup = {
  area: 'codeNames',
  tokens: [],
  named: [
    {
      id: 'travis-token',
      vendor: 'Travis CI',
      words: ['travis'],
      value: '[A-Za-z0-9_-]{22}',
      source: 'https://docs.travis-ci.com/',
      yes: ['{22:an}'],
      no: ['short1']
    },
    {
      id: 'codecov-token',
      vendor: 'Codecov',
      words: ['codecov'],
      value: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[a-z0-9]{32}',
      source: 'https://docs.codecov.com/',
      yes: ['{32:lo}'],
      no: ['short1']
    },
    {
      id: 'droneci-token',
      vendor: 'Drone',
      words: ['drone', 'droneci'],
      value: '[A-Za-z0-9]{32}',
      source: 'https://docs.drone.io/',
      yes: ['{32:an}'],
      no: ['short1']
    },
    {
      id: 'snyk-token',
      vendor: 'Snyk',
      words: ['snyk'],
      value: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
      source: 'https://docs.snyk.io/snyk-api/',
      yes: ['{8:hex}-{4:hex}-{4:hex}-{4:hex}-{12:hex}'],
      no: ['short1']
    },
    {
      id: 'jenkins-token',
      vendor: 'Jenkins',
      words: ['jenkins'],
      value: '11[a-f0-9]{32}|[a-f0-9]{32}',
      source: 'https://www.jenkins.io/doc/book/system-administration/authenticating-scripted-clients/',
      yes: ['11{32:hex}'],
      no: ['short1']
    },
    {
      id: 'gitter-token',
      vendor: 'Gitter',
      words: ['gitter'],
      value: '[A-Za-z0-9_-]{40}',
      source: 'https://developer.gitter.im/',
      yes: ['{40:hex}'],
      no: ['short1']
    },
    {
      id: 'artifactory-key',
      vendor: 'JFrog',
      words: ['artifactory', 'jfrog'],
      value: '[A-Za-z0-9]{64,73}',
      source: 'https://jfrog.com/help/',
      yes: ['{73:an}'],
      no: ['short1']
    },
    {
      id: 'privateai-key',
      vendor: 'Private AI',
      words: ['privateai', 'private_ai'],
      value: '[a-z0-9]{32}',
      source: 'https://docs.private-ai.com/',
      yes: ['{32:lo}'],
      no: ['short1']
    }
  ]
}
