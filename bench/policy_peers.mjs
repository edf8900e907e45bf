// SPDX-License-Identifier: Apache-2.0
// The policies and requests of `policy_bench docs N SHAPE` asked of casbin and of Cedar, whose answers must be ours.
//
//   policy_bench docs 1000 bucket | node policy_peers.mjs FOLDER_OF_NODE_MODULES
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

const require = createRequire(join(resolve(process.argv[2]), 'x.js'))
const policies = []
const requests = []
for await (const line of createInterface({ input: process.stdin })) {
  const one = JSON.parse(line)
  one.policy ? policies.push(one.policy) : requests.push(one)
}

const glob = (text) => text.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')

// One line for each effect, action and resource; the condition is true for every request and left out with its Deny.
const allows = policies.flatMap((policy) => policy.Statement.filter((one) => one.Effect === 'Allow'))

async function withCasbin() {
  const { newEnforcer, newModelFromString } = require('casbin')
  const model = newModelFromString(`
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.sub == p.sub && regexMatch(r.obj, p.obj) && regexMatch(r.act, p.act)`)
  const enforcer = await newEnforcer(model)
  for (const one of allows) {
    await enforcer.addPolicy('ada', `^${glob(one.Resource)}$`, `^${glob(one.Action)}$`, 'allow')
  }
  return (request) => enforcer.enforceSync('ada', request.resource, request.action)
}

function withCedar() {
  const cedar = require('@cedar-policy/cedar-wasm/nodejs')
  const like = (name, text) => (text.includes('*') ? `context.${name} like "${text}"` : `context.${name} == "${text}"`)
  const text = allows
    .map((one) => `permit(principal == User::"ada", action == Action::"ask", resource)
when { ${like('action', one.Action)} && ${like('resource', one.Resource)} };`)
    .join('\n')
  const parsed = cedar.preparsePolicySet('bench', { staticPolicies: text, templates: {}, templateLinks: [] })
  if (parsed.type !== 'success') {
    throw new Error(JSON.stringify(parsed))
  }
  return (request) => {
    const answer = cedar.statefulIsAuthorized({
      principal: { type: 'User', id: 'ada' },
      action: { type: 'Action', id: 'ask' },
      resource: { type: 'Thing', id: 'x' },
      context: { action: request.action, resource: request.resource },
      preparsedPolicySetId: 'bench',
      validateRequest: false,
      entities: [],
    })
    if (answer.type !== 'success') {
      throw new Error(JSON.stringify(answer))
    }
    return answer.response.decision === 'allow'
  }
}

// For about two seconds, in order of the requests.
function measure(name, decide) {
  const times = []
  let wrong = 0
  const end = process.hrtime.bigint() + 2000000000n
  for (let i = 0; process.hrtime.bigint() < end; i++) {
    const request = requests[i % requests.length]
    const before = process.hrtime.bigint()
    const allowed = decide(request)
    times.push(Number(process.hrtime.bigint() - before))
    wrong += allowed !== request.allowed ? 1 : 0
  }
  times.sort((a, b) => a - b)
  const at = (share) => times[Math.floor(times.length * share)]
  const line = `${name.padEnd(7)} ${String(policies.length).padStart(6)} policies  p50 ${at(0.5)} ns  p99 ${at(0.99)} ns`
  console.log(`${line}  ${times.length} decisions, ${wrong} unlike ours`)
}

measure('casbin', await withCasbin())
measure('cedar', withCedar())
