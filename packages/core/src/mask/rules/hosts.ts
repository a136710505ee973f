// Git hosts, package registries and CI. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const hosts: RuleGroup = {
  area: 'hosts',
  tokens: [
    {
      id: 'github-token',
      vendor: 'GitHub',
      prefixes: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
      body: '[A-Za-z0-9]{30,255}',
      source: 'https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github',
      yes: ['ghp_{36:an}', 'gho_{36:an}', 'ghs_{36:an}', 'ghr_{76:an}'],
      no: ['ghp_x', 'ghs_short']
    },
    {
      id: 'github-token',
      vendor: 'GitHub',
      prefixes: ['github_pat_'],
      body: '[A-Za-z0-9]{22}_[A-Za-z0-9]{30,80}',
      source: 'https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/managing-your-personal-access-tokens',
      yes: ['github_pat_{22:an}_{59:an}'],
      no: ['github_pat_x']
    },
    {
      id: 'gitlab-token',
      vendor: 'GitLab',
      prefixes: [
        'glpat-',
        'gldt-',
        'glrt-',
        'glptt-',
        'glft-',
        'glsoat-',
        'glimt-',
        'glagent-',
        'gloas-',
        'glcbt-',
        'glffct-',
        'glrtr-',
        'glwt-'
      ],
      body: '[A-Za-z0-9_.-]{20,300}',
      source: 'https://docs.gitlab.com/security/tokens/',
      yes: ['glpat-{20:w}', 'gldt-{20:w}', 'glptt-{40:hex}', 'glpat-{27:w}.01.{9:lo}', 'glcbt-{2:hex}_{20:an}'],
      no: ['glpat-x']
    },
    {
      id: 'gitlab-token',
      vendor: 'GitLab',
      prefixes: ['GR1348941'],
      body: '[A-Za-z0-9_-]{20,60}',
      source: 'https://docs.gitlab.com/security/tokens/',
      yes: ['GR1348941{20:w}'],
      no: ['GR1348941']
    },
    {
      id: 'bitbucket-token',
      vendor: 'Atlassian',
      prefixes: ['ATBB'],
      body: '[A-Za-z0-9]{32}',
      exact: true,
      source: 'https://support.atlassian.com/bitbucket-cloud/docs/app-passwords/',
      yes: ['ATBB{24:an}{8:HEX}'],
      no: ['ATBBx']
    },
    {
      id: 'atlassian-token',
      vendor: 'Atlassian',
      prefixes: ['ATATT3', 'ATCTT3'],
      body: '[A-Za-z0-9_=-]{60,400}',
      source: 'https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/',
      yes: ['ATATT3{178:w}={8:HEX}', 'ATCTT3{178:w}={8:HEX}'],
      no: ['ATATT3x']
    },
    {
      id: 'trello-token',
      vendor: 'Atlassian',
      prefixes: ['ATTA'],
      body: '[a-f0-9]{64}[A-F0-9]{8}',
      source: 'https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/',
      yes: ['ATTA{64:hex}{8:HEX}'],
      no: ['ATTACH']
    },
    {
      id: 'npm-token',
      vendor: 'npm',
      prefixes: ['npm_'],
      body: '[A-Za-z0-9]{36}',
      exact: true,
      source: 'https://docs.npmjs.com/about-access-tokens',
      yes: ['npm_{36:an}'],
      no: ['npm_config_registry', 'npm_lifecycle_event']
    },
    {
      id: 'pypi-token',
      vendor: 'PyPI',
      prefixes: ['pypi-AgE'],
      body: '[A-Za-z0-9_-]{50,400}',
      source: 'https://pypi.org/help/#apitoken',
      yes: ['pypi-AgEIcHlwaS5vcmc{120:w}', 'pypi-AgENdGVzdC5weXBpLm9yZw{120:w}'],
      no: ['pypi-server']
    },
    {
      id: 'rubygems-key',
      vendor: 'RubyGems',
      prefixes: ['rubygems_'],
      body: '[a-f0-9]{48}',
      source: 'https://guides.rubygems.org/api-key-scopes/',
      yes: ['rubygems_{48:hex}'],
      no: ['rubygems_version']
    },
    {
      id: 'cargo-token',
      vendor: 'crates.io',
      prefixes: ['cio'],
      body: '[A-Za-z0-9]{32}',
      exact: true,
      source: 'https://doc.rust-lang.org/cargo/reference/publishing.html',
      yes: ['cio{32:an}'],
      no: ['cio']
    },
    {
      id: 'nuget-key',
      vendor: 'NuGet',
      prefixes: ['oy2'],
      body: '[a-z0-9]{43}',
      exact: true,
      source: 'https://learn.microsoft.com/en-us/nuget/nuget-org/publish-a-package',
      yes: ['oy2{43:lo}'],
      no: ['oy2x']
    },
    {
      id: 'docker-token',
      vendor: 'Docker',
      prefixes: ['dckr_pat_', 'dckr_oat_'],
      body: '[A-Za-z0-9_-]{20,60}',
      source: 'https://docs.docker.com/security/for-developers/access-tokens/',
      yes: ['dckr_pat_{27:w}', 'dckr_oat_{32:w}'],
      no: ['dckr_pat_x']
    },
    {
      id: 'clojars-token',
      vendor: 'Clojars',
      prefixes: ['CLOJARS_'],
      body: '[A-Za-z0-9]{60}',
      source: 'https://github.com/clojars/clojars-web/wiki/Deploy-Tokens',
      yes: ['CLOJARS_{60:lo}'],
      no: ['CLOJARS_x']
    },
    {
      id: 'packagist-token',
      vendor: 'Packagist',
      prefixes: ['packagist_'],
      body: '[a-z]{3}_[a-f0-9]{60,80}',
      source: 'https://packagist.com/docs/api',
      yes: ['packagist_ort_{68:hex}', 'packagist_org_{68:hex}'],
      no: ['packagist_x']
    },
    {
      id: 'jfrog-key',
      vendor: 'JFrog',
      prefixes: ['AKCp'],
      body: '[A-Za-z0-9]{60,80}',
      source: 'https://jfrog.com/help/r/jfrog-platform-administration-documentation/api-key',
      yes: ['AKCp{69:an}'],
      no: ['AKCpx']
    },
    {
      id: 'jfrog-token',
      vendor: 'JFrog',
      prefixes: ['cmVmdGtu'],
      body: '[A-Za-z0-9]{50,70}',
      source: 'https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens',
      yes: ['cmVmdGtu{56:an}'],
      no: ['cmVmdGtu']
    },
    {
      id: 'circleci-token',
      vendor: 'CircleCI',
      prefixes: ['CCIPAT_', 'CCIPRJ_'],
      body: '[A-Za-z0-9]{20,24}_[a-f0-9]{40}',
      source: 'https://circleci.com/docs/managing-api-tokens/',
      yes: ['CCIPAT_{22:an}_{40:hex}', 'CCIPRJ_{22:an}_{40:hex}'],
      no: ['CCIPAT_x']
    },
    {
      id: 'buildkite-token',
      vendor: 'Buildkite',
      prefixes: ['bkua_'],
      body: '[a-z0-9]{40}',
      source: 'https://buildkite.com/docs/apis/managing-api-tokens',
      yes: ['bkua_{40:lo}'],
      no: ['bkua_x']
    },
    {
      id: 'sonar-token',
      vendor: 'Sonar',
      prefixes: ['sqp_', 'squ_', 'sqa_'],
      body: '[a-f0-9]{40}',
      source: 'https://docs.sonarsource.com/sonarqube-server/user-guide/managing-tokens/',
      yes: ['sqp_{40:hex}', 'squ_{40:hex}', 'sqa_{40:hex}'],
      no: ['sqa_x']
    },
    {
      id: 'sourcegraph-token',
      vendor: 'Sourcegraph',
      prefixes: ['sgp_', 'sgd_', 'slk_'],
      body: '(?:(?:local|[a-f0-9]{16})_)?[a-f0-9]{40,64}',
      source: 'https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token',
      yes: ['sgp_{40:hex}', 'sgp_{16:hex}_{40:hex}', 'slk_{64:hex}', 'sgd_{64:hex}'],
      no: ['sgp_x']
    }
  ]
}
