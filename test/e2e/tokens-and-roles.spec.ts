import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { demoAudience, demoIssuer } from '#delivery/identity-token';
import type { Token } from './harness.ts';
import { mandateId, mutationOf, newId, orgId, RunningSystem } from './harness.ts';

/** Scenarios 25 and 26 of domain 7.11: who is let in, and how a role comes about. */
let system: RunningSystem;
beforeAll(async () => {
  system = await RunningSystem.start();
});
afterAll(() => system.end());

const roleInput = (personRef: string, role: string, org: Parameters<typeof orgId>[0], assignmentId = newId()) => ({
  ...{ assignmentId, personRef, role, from: '2017-01-01' },
  orgId: orgId(org),
  scope: { type: role === 'SYSTEM_ADMIN' ? 'SYSTEM' : 'ORGANISATION' },
});
const objective = () => ({
  mandateId,
  objectiveId: newId(),
  code: 'G9',
  text: { sv: 'X' },
  source: { paragraph: '1' },
});

/** A token of the demo's own kind, but for what is changed. */
const minted = async ({ issuer = demoIssuer, audience = demoAudience, expiresIn = 60 } = {}): Promise<string> => {
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject('demo-mandate-owner')
    .setIssuedAt(now - 60)
    .setExpirationTime(now + expiresIn)
    .sign(system.installation.secret.derive('demo tokens'));
};

describe('a request without a token', () => {
  test('is the public: it sees what is public, and every command is FORBIDDEN', async () => {
    const { mandate } = await system.read<{ mandate: object }>(
      undefined,
      'query ($id: ID!) { mandate(id: $id) { state } }',
      { id: mandateId },
    );
    expect(mandate).toEqual({ state: 'OPEN' });
    const { __schema } = await system.read<{ __schema: { mutationType: { fields: { name: string }[] } } }>(
      undefined,
      '{ __schema { mutationType { fields { name } } } }',
    );
    expect(__schema.mutationType.fields.length).toBeGreaterThan(20);
    for (const [name, input] of [
      ['DefineObjective', objective()],
      ['ProposeRole', roleInput(newId(), 'FINANCE', 'UPPHANDLINGSMYNDIGHETEN')],
      ['RevokeRole', { personRef: newId(), assignmentId: newId(), reason: 'made up' }],
    ] as const)
      expect(await system.command(undefined, name, input)).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a bad token is HTTP 401, and nothing is executed', () => {
  const altered = (token: string) => {
    const last = token.at(-10) === 'A' ? 'B' : 'A';
    return token.slice(0, -10) + last + token.slice(-9);
  };
  const bad: [string, () => Promise<string>][] = [
    ['with an altered signature', async () => altered(await minted())],
    ['with altered claims', async () => altered((await minted()).replace(/\.[^.]*$/, '')) + '.x'],
    ['expired by a second', () => minted({ expiresIn: -1 })],
    ['of another issuer', () => minted({ issuer: 'urn:samverk:other' })],
    ['for another audience', () => minted({ audience: 'another' })],
    [
      'with alg none',
      async () =>
        new UnsecuredJWT()
          .setIssuer(demoIssuer)
          .setAudience(demoAudience)
          .setSubject('demo-mandate-owner')
          .setExpirationTime('1h')
          .encode(),
    ],
    ['that is no token at all', async () => 'let-me-in'],
  ];

  test('while the same token unaltered is good', async () => {
    const outcome = await system.command(await minted(), 'DefineObjective', { ...objective(), code: 'G1' });
    expect(outcome.__typename).toBe('Accepted');
  });

  test.each(bad)('%s', async (_, token) => {
    const before = await system.head();
    const variables = { input: objective(), meta: { commandId: newId() } };
    const body = JSON.stringify({ query: mutationOf('DefineObjective'), variables });
    const { status, text } = await system.post(await token(), body);
    expect(status).toBe(401);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(JSON.parse(text)).not.toHaveProperty('data');
    expect(await system.head()).toBe(before);
  });
});

describe('a good token whose person holds no role', () => {
  test('sees what the public sees, may apply for a role, and do nothing else', async () => {
    const { token, personRef } = await system.person('new here');
    const events = async (as: Token) => (await system.history(as, mandateId)).map(({ id }) => id);
    expect(await events(token)).toEqual(await events(undefined));
    const input = roleInput(personRef, 'FINANCE', 'UPPHANDLINGSMYNDIGHETEN');
    expect(await system.command(token, 'ProposeRole', input)).toMatchObject({ __typename: 'Accepted' });
    expect(await system.command(token, 'DefineObjective', objective())).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a role comes about by two persons', () => {
  const approve = (token: Token, personRef: string, assignmentId: string) =>
    system.command(token, 'ApproveRole', { personRef, assignmentId });
  const twoPersons = { __typename: 'Refused', code: 'TWO_PERSONS_REQUIRED' };

  /** Someone who holds a role, proposed and approved by these two; the first may be `itself`. */
  async function holder(subject: string, role: string, [proposer, approver]: readonly [string, string]) {
    const person = await system.person(subject);
    const input = roleInput(person.personRef, role, 'UPPHANDLINGSMYNDIGHETEN');
    await system.accepted(proposer === 'itself' ? person.token : system.token(proposer), 'ProposeRole', input);
    expect(await approve(system.token(approver), person.personRef, input.assignmentId)).toMatchObject({
      __typename: 'Accepted',
    });
    return { ...person, assignmentId: input.assignmentId };
  }

  test('and not by one, nor by two administrators, nor by its holder, nor by a stranger', async () => {
    const otherSA = await holder('another administrator', 'SYSTEM_ADMIN', ['SYSTEM_ADMIN', 'DECISION_MAKER']);
    const P = await holder('P', 'DECISION_MAKER', ['itself', 'SYSTEM_ADMIN']);
    const input = roleInput(P.personRef, 'FINANCE', 'UPPHANDLINGSMYNDIGHETEN');
    const approval = (token: Token) => approve(token, P.personRef, input.assignmentId);
    await system.accepted(system.token('SYSTEM_ADMIN'), 'ProposeRole', input);

    const before = await system.head();
    expect(await approval(system.token('SYSTEM_ADMIN'))).toMatchObject(twoPersons);
    expect(await approval(otherSA.token)).toMatchObject(twoPersons);
    expect(await approval(P.token)).toMatchObject(twoPersons);
    const stranger = await approval(system.token('DECISION_MAKER_EXEMPELKOMMUNEN'));
    expect(stranger).toMatchObject({ __typename: 'Refused', code: 'NOT_FOUND' });
    expect(await system.head()).toBe(before);

    const meta = { commandId: newId() };
    const again = { personRef: P.personRef, assignmentId: input.assignmentId };
    await system.accepted(system.token('DECISION_MAKER'), 'ApproveRole', again, meta);
    // Not even who knows the command learns from it that it was accepted.
    const overheard = await system.command(system.token('DECISION_MAKER_EXEMPELKOMMUNEN'), 'ApproveRole', again, meta);
    expect(overheard).toMatchObject({ __typename: 'Refused', code: 'NOT_FOUND' });
    const { me } = await system.read<{ me: { roles: { role: string }[] } }>(P.token, '{ me { roles { role } } }');
    expect(me.roles.map(({ role }) => role)).toEqual(['DECISION_MAKER', 'FINANCE']);
    const events = await system.stored(`person-${P.personRef}`);
    expect(events.at(-1)).toMatchObject({ type: 'RoleAssigned', data: { role: 'FINANCE' } });
  });

  test('the first decision maker of an organisation applies, and the administrator approves', async () => {
    const person = await system.person('first at Vinnova');
    const input = roleInput(person.personRef, 'DECISION_MAKER', 'VINNOVA');
    await system.accepted(person.token, 'ProposeRole', input);
    const [proposed] = (await system.stored(`person-${person.personRef}`)).slice(-1);
    expect(proposed).toMatchObject({ actor: { role: 'APPLICANT', org: orgId('VINNOVA') } });
    const outcome = await approve(system.token('SYSTEM_ADMIN'), person.personRef, input.assignmentId);
    expect(outcome).toMatchObject({ __typename: 'Accepted' });
  });

  test('an evaluator holds no other role', async () => {
    const member = await holder('a member', 'GROUP_MEMBER', ['itself', 'SYSTEM_ADMIN']);
    const input = roleInput(member.personRef, 'PROGRAMME_EVALUATOR', 'TILLVAXTANALYS');
    await system.accepted(member.token, 'ProposeRole', input);
    const outcome = await approve(system.token('SYSTEM_ADMIN'), member.personRef, input.assignmentId);
    expect(outcome).toMatchObject({ code: 'SEPARATION_OF_DUTIES', details: { roles: ['GROUP_MEMBER'] } });
  });

  test('and once it is revoked, the very next command is FORBIDDEN', async () => {
    const owner = await holder('a mandate owner', 'MANDATE_OWNER', ['SYSTEM_ADMIN', 'DECISION_MAKER']);
    const define = (code: string) => system.command(owner.token, 'DefineObjective', { ...objective(), code });
    expect(await define('G2')).toMatchObject({ __typename: 'Accepted' });
    const { personRef, assignmentId } = owner;
    const revocation = { personRef, assignmentId, reason: 'made up' };
    await system.accepted(system.token('DECISION_MAKER'), 'RevokeRole', revocation);
    expect(await define('G3')).toMatchObject({ code: 'FORBIDDEN' });
    expect((await system.read<{ me: object }>(owner.token, '{ me { roles { role } } }')).me).toEqual({ roles: [] });
  });
});

describe('an organisation', () => {
  const [own, other] = [orgId('EXEMPELKOMMUNEN'), orgId('SKL')];
  const contact = (id: string, value: string) => ({ orgId: id, contactPoints: [{ kind: 'WEB', value }] });
  const ask = (id: string) =>
    system.read(
      undefined,
      'query ($id: ID!) { organisation(id: $id) { name state formerNames { name until } successorOrgIds contactPoints { value } } }',
      { id },
    );

  test("says how it is reached through its own people, and through nobody else's", async () => {
    for (const role of ['DECISION_MAKER_EXEMPELKOMMUNEN', 'GROUP_MEMBER', 'FACILITATOR', 'SYSTEM_ADMIN'])
      await system.accepted(system.token(role), 'ChangeOrganisationContact', contact(own, `https://${role}.example`));
    expect((await system.stored(`org-${own}`)).slice(-4)).toMatchObject([
      { actor: { role: 'DECISION_MAKER', org: own }, custodian: orgId('UPPHANDLINGSMYNDIGHETEN') },
      { actor: { role: 'GROUP_MEMBER', org: own } },
      { actor: { role: 'FACILITATOR', org: orgId('UPPHANDLINGSMYNDIGHETEN') } },
      { actor: { role: 'SYSTEM_ADMIN', org: orgId('UPPHANDLINGSMYNDIGHETEN') } },
    ]);
    for (const role of ['GROUP_MEMBER', 'DECISION_MAKER', 'FINANCE']) {
      const outcome = await system.command(system.token(role), 'ChangeOrganisationContact', contact(other, 'x'));
      expect(outcome).toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  test('is renamed and merged, keeps its history, and is then changed no more', async () => {
    const record = (input: object) =>
      system.accepted(system.token('SYSTEM_ADMIN'), 'RecordSuccession', {
        orgId: other,
        successorOrgIds: [],
        ...input,
      });
    await record({ kind: 'RENAMED', name: 'Nytt namn (påhittat)', from: '2019-11-27' });
    const { consistency } = await record({ kind: 'MERGED', successorOrgIds: [own], from: '2020-01-01' });
    const history = await system.history(undefined, other, { notBefore: consistency });
    expect(history.at(-1)).toMatchObject({ type: 'OrganisationRegistered', data: { shortName: 'SKL' } });
    expect(history[0]).toMatchObject({
      type: 'OrganisationSuccessionRecorded',
      concerns: [{ id: own, as: 'concerns' }],
    });
    expect(await ask(other)).toMatchObject({
      organisation: {
        ...{ name: 'Nytt namn (påhittat)', state: 'SUCCEEDED', successorOrgIds: [own] },
        formerNames: [{ name: 'Sveriges Kommuner och Landsting', until: '2019-11-27' }],
      },
    });
    const outcome = await system.command(
      system.token('SYSTEM_ADMIN'),
      'ChangeOrganisationContact',
      contact(other, 'x'),
    );
    expect(outcome).toMatchObject({ code: 'INVALID_TRANSITION', details: { state: 'SUCCEEDED' } });
  });
});
