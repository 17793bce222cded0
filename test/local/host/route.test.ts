import { compileRoute } from '../../../src/local/host/http/route';

/** Everything but what is somebody else's, and a page where nothing is asked for. */
const rest = '{*path:regex(^(?!(api|admin|runtime)(/|$)))=index.html}';

describe('route templates', () => {
  it.each([
    ['a/b', '/a/b', {}],
    ['a/b', '/A/B/', {}],
    ['a/b', '/a', undefined],
    ['{x}', '/', undefined],
    ['{x?}', '/', {}],
    ['{x=5}', '/', { x: '5' }],
    ['{*rest}', '/a/b/c', { rest: 'a/b/c' }],
    ['{*rest}', '/', {}],
    ['v{major}.{minor}', '/v1.2', { major: '1', minor: '2' }],
    ['{id:guid}', '/0f8fad5b-d9cb-469f-a165-70867728950e', { id: '0f8fad5b-d9cb-469f-a165-70867728950e' }],
    ['{id:guid}', '/nope', undefined],
    ['{n:int:min(5)}', '/4', undefined],
    ['{n:int:min(5)}', '/5', { n: '5' }],
    ['{n:range(1,3)}', '/3', { n: '3' }],
    ['{n:range(1,3)}', '/4', undefined],
    ['{w:length(2,3)}', '/abcd', undefined],
    ['{w:regex(^[a-c]+$)}', '/abc', { w: 'abc' }],
    ['{w:regex(^[a-c]+$)}', '/abd', undefined],
    ['{b:bool}', '/true', { b: 'true' }],
    ['{d:datetime}', '/2026-03-02', { d: '2026-03-02' }],
    ['{x}', '/a%2Fb', { x: 'a/b' }],
    ['{x}', '/%zz', undefined],
    ['a.b', '/axb', undefined],
    ['{w:regex(^\\d{{2}}$)}', '/12', { w: '12' }],
    ['{w:regex(^\\d{{2}}$)}', '/123', undefined],
    ['{w:regex(^(?:a|b=c)$)}', '/b=c', { w: 'b=c' }],
    ['{w:regex(^(?:a|b=c)$)}', '/c', undefined],
    ['{w:regex(^(a|b)$):minlength(1)=a}', '/b', { w: 'b' }],
    ['{w:regex(^(a|b)$):minlength(1)=a}', '/', { w: 'a' }],
    ['{n:int=x}', '/', undefined],
    ['{n:int?}', '/', {}],
    ['{*rest:minlength(0)}', '/', undefined],
    [rest, '/', { path: 'index.html' }],
    [rest, '/incidents/7', { path: 'incidents/7' }],
    [rest, '/apiary', { path: 'apiary' }],
    [rest, '/assets/api.js', { path: 'assets/api.js' }],
    [rest, '/api', undefined],
    [rest, '/API/operator/me', undefined],
    [rest, '/%61pi/operator/me', undefined],
    [rest, '/admin/host/status', undefined],
    [rest, '/runtime/webhooks/durabletask/instances', undefined],
  ])('%s matches %s as %j', (template, path, expected) => {
    expect(compileRoute(template).match(path)).toEqual(expected);
  });

  it('say what they cannot read', () => {
    expect(() => compileRoute('{id:colour}')).toThrow('"colour" is no constraint');
    expect(() => compileRoute('{}')).toThrow('cannot read the parameter');
    expect(() => compileRoute('{*rest?}')).toThrow('cannot be optional');
    expect(() => compileRoute('{x=1?}')).toThrow('cannot be optional');
    expect(() => compileRoute('{id:constructor}')).toThrow('"constructor" is no constraint');
  });

  it('prefer text to a constrained parameter, that to a plain one, and that to a rest', () => {
    const templates = ['{*all}', 'x/{y}', 'x/{y:int}', 'x/y', 'x/y{z}'];
    const sorted = [...templates].sort((a, b) => (compileRoute(a).precedence < compileRoute(b).precedence ? -1 : 1));
    expect(sorted).toEqual(['x/y', 'x/y{z}', 'x/{y:int}', 'x/{y}', '{*all}']);
  });
});
