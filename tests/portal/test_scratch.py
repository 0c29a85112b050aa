import os, pathlib
from tests.support.stage import *
from tests.support.browser import axe_faults
OUT=pathlib.Path('/tmp/portal-shots'); OUT.mkdir(exist_ok=True)
def signin(page, stage, email):
    page.goto(stage.base_url+'/sign-in'); page.fill('#email',email); page.click('text=Send me a link')
    import time
    for _ in range(50):
        if any(m[0]==email for m in stage.messages): break
        time.sleep(.1)
    page.goto(stage.base_url+stage.link(email)); page.click('button:has-text("Sign in")')
def snap(page,name):
    bad=[]
    for w in (1280,320):
        page.set_viewport_size({'width':w,'height':900})
        page.screenshot(path=str(OUT/f'{name}-{w}.png'),full_page=True)
        sw=page.evaluate('document.documentElement.scrollWidth')
        if sw>w: bad.append(f'{name}: scrolls {sw} at {w}')
        bad+= [f'{name}@{w}: {f}' for f in axe_faults(page)]
    page.set_viewport_size({'width':1280,'height':900})
    for b in bad: print(b)
    return bad
def test_x(served, page):
    stage=served; bad=[]
    page.goto(stage.base_url+'/sign-in'); bad+=snap(page,'signin')
    signin(page,stage,AVON.email)
    bad+=snap(page,'returns')
    ref=stage.ref()
    u=stage.base_url+f'/returns/{ref.id}'
    for n,p in {'tasks':'','commitment':'/commitments/W1','actions':'/actions','promise':'/actions/new','replies':'/replies','nil':'/not-running'}.items():
        page.goto(u+p); bad+=snap(page,n)
    page.goto(u+'/commitments/W1'); page.fill('#public_statement',''); page.fill('#evidence-1-dated','99'); page.click('text=Save and continue'); bad+=snap(page,'error')
    page.goto(u+'/nope'); bad+=snap(page,'notfound')
    stage.submit(BROOK, stage.filled(stage.ref(BROOK)), at('2026-10-05T09:30'))
    stage.submit(AVON, stage.filled(stage.ref(AVON)), at('2026-10-05T10:30'))
    stage.now=at('2026-10-06T09:00')
    page.context.clear_cookies()
    signin(page,stage,CORA)
    bad+=snap(page,'console')
    q=stage.base_url+f'/console/regions/{ref.region}/{QUARTER}'
    page.goto(q); bad+=snap(page,'cycle')
    c=stage.base_url+f'/console/returns/{ref.id}'
    for n,p in {'case':'','deciding':'/commitments/W1'}.items():
        page.goto(c+p); bad+=snap(page,n)
    page.goto(stage.base_url+f'/console/returns/{stage.ref(CLYDE).id}/extend'); bad+=snap(page,'extend')
    assert not bad, '\n'.join(bad)
