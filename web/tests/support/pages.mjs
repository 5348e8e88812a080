// Every page of the application with data in it, for the checks that go through all of them. Invariant: `open` comes
// back when the page has settled.
export function pagesOf({ address, ids }) {
    const at = (hash, ready) => async (page) => {
        await page.goto('about:blank');
        await page.goto(`${address}/${hash}`);
        await page.locator(ready).first().waitFor();
        await page.waitForTimeout(250);
    };
    return [
        { name: 'new-scan', open: at('#/', 'h1') },
        { name: 'scan', open: at(`#/scans/${ids.shop}`, 'tbody a') },
        { name: 'scan-partial', open: at(`#/scans/${ids.partial}?severity=high&verdict=refuted`, 'tbody a') },
        { name: 'scan-clean', open: at(`#/scans/${ids.clean}`, '.notice') },
        { name: 'scan-failed', open: at(`#/scans/${ids.failed}`, '.notice') },
        { name: 'finding-sql', open: at(`#/scans/${ids.shop}/findings/5`, '.tk-keyword') },
        { name: 'finding-path', open: at(`#/scans/${ids.shop}/findings/9`, '.tk-keyword') },
        { name: 'finding-pattern', open: at(`#/scans/${ids.shop}/findings/0`, '.tk-keyword') },
        { name: 'finding-unknown', open: at(`#/scans/${ids.shop}/findings/13`, '.tk-keyword') },
        { name: 'finding-gone', open: at(`#/scans/${ids.gone}/findings/5`, '.gone') },
        { name: 'hostile', open: at(`#/scans/${ids.hostile}/findings/0`, '.invisible') },
        { name: 'not-found', open: at('#/nowhere', '.notice') },
    ];
}
