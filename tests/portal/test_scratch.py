from tests.support.stage import *
def test_x(stage, open_pages):
    c = open_pages(stage.app)
    p = stage.sign_in(c, AVON.email)
    print(p.path, p.h1, p.text[:1500])
    p = p.click([l for l in p.links if 'Start' in l][0])
    print(p.text)
    for path in ['commitments/W1','actions','actions/new','replies','not-running']:
        q = c.get(p.path+'/'+path); print(q.status,q.text[:3000]); print()
    c = stage.enters(open_pages, CORA)
    q=c.get('/console'); print(q.text)
    q=q.click([l for l in q.links if 'July' in l][0]); print(q.text)
    q=c.get(f'/console/returns/{stage.ref(AVON,LAST).id}'); print(q.text)
    assert 0
