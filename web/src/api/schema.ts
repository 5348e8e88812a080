// Made by `npm run api` from openapi.json. Invariant: it is never edited by hand.

export interface paths {
    "/analyze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Analyses one Python text; every public function's caller is taken to be hostile. With `Prefer: respond-async` it
         *     becomes a scan.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description `respond-async` turns it into a scan, which is kept */
                    Prefer?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AnalyzeRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AnalyzeResponse"];
                    };
                };
                /** @description Of `respond-async` */
                202: {
                    headers: {
                        Location?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ScanJson"];
                    };
                };
                /** @description Not JSON */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not application/json */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A field is wrong */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The queue is full */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plugins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the stages and the installed packs. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PluginList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Proves or refutes the contracts of one text. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ProveRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VerificationJson"];
                    };
                };
                /** @description Not JSON */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Too much is waiting */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the installed rules. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RuleList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Explains a rule. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RuleJson"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sample": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a small application with weaknesses. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Sample"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists scans, the newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description The `next` of the page before. */
                    cursor?: string | null;
                    /** @description Only scans of this name. */
                    name?: string | null;
                    /** @description Most scans of the page, up to 100. */
                    limit?: number | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ScanList"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Asks for a scan of files: JSON, or a form whose parts `file` are files and archives (zip, tar, tar.gz). */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same key with the same body asks once */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ScanRequest"];
                    "multipart/form-data": components["schemas"]["ScanForm"];
                };
            };
            responses: {
                202: {
                    headers: {
                        Location?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ScanJson"];
                    };
                };
                /** @description Unreadable */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Neither JSON nor a form */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Wrong, or not safe */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The queue is full */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scans/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a scan. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ScanJson"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Stops a scan that waits or runs (202); removes one that has ended, with its code (204). */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ScanJson"];
                    };
                };
                /** @description It is removed */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scans/{id}/compare/{base}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Compares a scan with an earlier one. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    base: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Comparison"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scans/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follows a scan: events `state`, `progress`, `finding` and, as the last, `end`. */
        get: {
            parameters: {
                query?: never;
                header?: {
                    /** @description Findings up to this one of the same run are not told again */
                    "Last-Event-ID"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": components["schemas"]["EventJson"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scans/{id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the scanned files. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FileList"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No longer kept */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scans/{id}/files/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a scanned file's text. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    /** @description The path, with its slashes */
                    path: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FileText"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No longer kept */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scans/{id}/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists findings, filtered, sorted, page by page. */
        get: {
            parameters: {
                query?: {
                    severity?: components["schemas"]["SeverityWord"][];
                    confidence?: components["schemas"]["ConfidenceWord"][];
                    cwe?: string[];
                    owasp?: string[];
                    rule?: string[];
                    /** @description A file or folder */
                    path?: string[];
                    /** @description `none` for those without; proved ones only when asked for */
                    verdict?: string[];
                    state?: components["schemas"]["TriageWord"][];
                    patch?: string[];
                    /** @description Words that must all occur */
                    q?: string;
                    /** @description `-` turns it round */
                    sort?: string;
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FindingPage"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scans/{id}/findings/{finding}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a finding in full, with its history, and its neighbours in the list of the same query. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    /** @description A finding's `id` */
                    finding: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FindingDetail"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scans/{id}/findings/{finding}/patch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a finding's patch as a unified diff. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    /** @description A finding's `id` */
                    finding: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/x-diff": string;
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scans/{id}/patched": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives the changed files, with the verified patches of these findings applied, as a zip archive. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PatchedRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/zip": number[];
                    };
                };
                /** @description Not JSON */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description They do not compose */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The code is gone */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scans/{id}/report.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a whole scan as `securecode scan --format json` writes it, with what was decided about each finding. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReportJson"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scans/{id}/report.sarif": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a whole scan as SARIF 2.1.0; findings that are taken for none, or accepted, are suppressed. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/sarif+json": Record<string, never>;
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scans/{id}/triage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Records a decision about findings; it holds for later scans of the same name. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TriageRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TriageAnswer"];
                    };
                };
                /** @description Not JSON */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Too large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tells how the server is. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SystemJson"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/llm/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a tiny call to each language model that is configured. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LlmTestJson"];
                    };
                };
                /** @description None is configured */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a project's open findings over time. */
        get: {
            parameters: {
                query: {
                    /** @description The scans' name. */
                    name: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Trend"];
                    };
                };
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tells that the process lives. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tells whether analyses can be taken, part by part. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Readiness"];
                    };
                };
                /** @description A part that is needed is missing */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Readiness"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Code to analyse. */
        AnalyzeRequest: {
            /** @description Python source text; not blank. */
            code: string;
            /**
             * @description The name shown in locations.
             * @default unknown
             */
            file_path: string;
            /**
             * Format: int64
             * @description Patch attempts for each finding, from 1 to 10.
             * @default 3
             */
            max_iterations: number;
        };
        /** @description The answer. */
        AnalyzeResponse: {
            /**
             * Format: uuid
             * @description Names this analysis.
             */
            analysis_id: string;
            /** @description Always empty. */
            api_typo_suggestions: unknown[];
            /** @description What could not be done: syntax problems, failed stages or packs. */
            errors: string[];
            /**
             * Format: double
             * @description Seconds.
             */
            execution_time: number;
            /** @description Always empty. */
            hardware_violations: unknown[];
            /** @description Always empty. */
            lifecycle_violations: unknown[];
            /** @description What the stages did. */
            logs: string[];
            /** @description The patches. */
            patches: components["schemas"]["PatchEntry"][];
            /** @description Analyses that ran or waited when this one began. */
            queue_depth: number;
            /** @description Always empty. */
            semantic_vulnerabilities: unknown[];
            /** @description What was found, without what the prover showed to be safe. */
            vulnerabilities: components["schemas"]["Vulnerability"][];
            /** @description Whether every stage ran to its end. */
            workflow_complete: boolean;
        };
        /** @description A model of a tier, tried. */
        BackEndJson: {
            /** @description What the server is, or what went wrong and what to do. */
            detail: string;
            /** @description What was found to work there. */
            features: string[];
            /**
             * Format: int64
             * @description The time of a tiny call, in milliseconds; null where it failed.
             */
            latency_ms: number | null;
            /** @description The model. */
            model: string;
            /** @description `ok`, `failing` or `down`. */
            state: components["schemas"]["BackEndWord"];
            /** @description `fast` or `strong`. */
            tier: string;
            /** @description The server's address. */
            url: string;
        };
        /**
         * @description How a language model's server is.
         * @enum {string}
         */
        BackEndWord: "ok" | "failing" | "down";
        /** @description One input that the attacker chooses. */
        BindingJson: {
            /** @description Parameter or source expression. */
            name: string;
            /** @description Python literal. */
            value: string;
        };
        /** @description A counterexample as a call. */
        CallJson: components["schemas"]["CounterexampleJson"] & {
            /** @description Positional arguments as Python literals; empty, as all are given by keyword. */
            args: string[];
            /** @description Keyword arguments as Python literals. */
            kwargs: {
                [key: string]: string;
            };
            /** @description `returns …` or `raises …`; null where the contract is about something else, or the value has no literal. */
            returns_or_raises: string | null;
        };
        /** @description A contract with its verdict. */
        CheckJson: {
            /** @description The bounds that were hit, when bounded. */
            bounds: string[];
            /** @description What must hold, in words. */
            contract: string;
            counterexample: components["schemas"]["CounterexampleJson"] | null;
            /** @description The same formally; `u` is what the attacker writes, `h` harmless text in its place. */
            formal: string;
            /** @description The entry function. */
            function: string;
            /**
             * Format: double
             * @description Wall time in milliseconds.
             */
            ms: number;
            /**
             * Format: int32
             * @description Paths explored.
             */
            paths: number;
            /** @description Why the prover does not know, when unknown. */
            reason: string | null;
            /** @description `refuted`, `proved`, `bounded` or `unknown`. */
            verdict: components["schemas"]["VerdictWord"];
        };
        /** @description What is kept of a scan's code. */
        CodeJson: {
            /** @description Whether it is still there. */
            kept: boolean;
            /** @description Until when. */
            until: string | null;
        };
        /** @description Two scans' findings. */
        Comparison: {
            /** @description In the other scan only, in files that were scanned again; with that scan's ids. */
            fixed: components["schemas"]["FindingRow"][];
            /** @description In this scan only. */
            new: components["schemas"]["FindingRow"][];
            /** @description In both. */
            persisting: components["schemas"]["FindingRow"][];
            /** @description In this scan, and taken for fixed. */
            reopened: components["schemas"]["FindingRow"][];
            /** @description In the other scan only, in files that this one did not see whole; with that scan's ids. */
            unknown: components["schemas"]["FindingRow"][];
        };
        /** @description The parts that work rests on: `ready`, `degraded` or `not ready`. */
        Components: {
            /** @description Stages and rule packs. */
            agent_workflow: string;
            /** @description This server. */
            api_server: string;
            /** @description The language model's client. */
            llm_backend: string;
            /** @description The language model's server. */
            vllm_engine: string;
        };
        /**
         * @description How sure it is.
         * @enum {string}
         */
        ConfidenceWord: "high" | "medium" | "low";
        /** @description One contract with its verdict. */
        ContractJson: components["schemas"]["Region"] & {
            /** @description The bounds that were hit, when bounded. */
            bounds: string[];
            /** @description What must hold, in words. */
            contract: string;
            counterexample: components["schemas"]["CallJson"] | null;
            /** @description The file. */
            file: string;
            /** @description The same formally; `u` is what the attacker writes, `h` harmless text in its place. */
            formal: string;
            /** @description The function that is called. */
            function: string;
            /** @description `security`, `assert`, `pep316`, `icontract`, `deal` or `implicit`. */
            kind: components["schemas"]["ContractWord"];
            /** @description Functions outside the code whose models were used: name, and `exact`, `over` (over-approximated) or `unmodelled`. */
            models: {
                [key: string]: components["schemas"]["FidelityWord"];
            };
            /**
             * Format: double
             * @description Wall time in milliseconds.
             */
            ms: number;
            /** @description Lines of the file that the counterexample runs through, in order; empty unless refuted. */
            path: number[];
            /**
             * Format: int32
             * @description Paths explored.
             */
            paths: number;
            /** @description Why the prover does not know, when unknown. */
            reason: string | null;
            /** @description `confirmed`, `diverged`, or `unavailable` where nothing was replayed. */
            replay: components["schemas"]["ReplayWord"];
            /**
             * Format: int64
             * @description Z3 resource units spent, the same in every run.
             */
            rlimit: number;
            /** @description The rule that brought it; null for the code's own. */
            rule_id: string | null;
            /** @description `refuted`, `proved`, `bounded` or `unknown`. */
            verdict: components["schemas"]["VerdictWord"];
        };
        /**
         * @description Where a contract comes from.
         * @enum {string}
         */
        ContractWord: "security" | "asserts" | "pep316" | "icontract" | "deal" | "implicit";
        /** @description What a plugin's calls took. */
        CostJson: {
            /**
             * Format: int64
             * @description The calls.
             */
            calls: number;
            /**
             * Format: int64
             * @description Those that a trap or a limit ended.
             */
            failures: number;
            /**
             * Format: double
             * @description The plugin's own time in milliseconds.
             */
            ms: number;
        };
        /** @description A concrete attack. */
        CounterexampleJson: {
            /** @description The chosen inputs. */
            bindings: components["schemas"]["BindingJson"][];
            /** @description The attack as a Python call of the entry function. */
            call: string;
            /** @description What the attack does. */
            explanation: string;
            /** @description Byte ranges, as `[start, end]`. */
            injected: [
                number,
                number
            ][];
            /** @description `confirmed`, `diverged`, `unavailable` or `not-run`. */
            replay: components["schemas"]["ReplayWord"];
            /** @description What the replay in a real CPython showed, or why there was none. */
            replay_detail: string | null;
            /** @description What the sink receives. */
            sink_value: string;
        };
        /** @description An event of the stream. */
        EventJson: {
            /** @description JSON: of `state` a scan's state, of `progress` its stage, of `finding` a row, of `end` the scan. */
            data: string;
            /** @description `state`, `progress`, `finding` or `end`. */
            event: string;
            /** @description Of a finding: what `Last-Event-ID` repeats. */
            id?: string | null;
        };
        /** @description A rule's twins. */
        ExamplesJson: {
            bad: string;
            good: string;
        };
        /** @description Something that kept part of the work from being done. */
        FaultJson: {
            /**
             * Format: int32
             * @description Column from 1 in characters, for syntax problems.
             */
            column: number | null;
            /** @description `file`, `syntax`, `pack`, `stage` or `bound`. */
            kind: components["schemas"]["FaultWord"];
            /**
             * Format: int32
             * @description Line from 1, for syntax problems.
             */
            line: number | null;
            /** @description The whole sentence. */
            message: string;
            /** @description The file, when one is concerned. */
            path: string | null;
        };
        /**
         * @description What could not be done.
         * @enum {string}
         */
        FaultWord: "file" | "syntax" | "pack" | "stage" | "bound";
        /**
         * @description How true a model is.
         * @enum {string}
         */
        FidelityWord: "exact" | "over" | "unmodelled";
        /** @description What is wrong with one field. */
        FieldError: {
            /** @description What is wrong with it. */
            detail: string;
            /** @description JSON pointer (RFC 6901) to the field, such as `/max_iterations`. */
            pointer: string;
        };
        /** @description One file. */
        FileEntry: {
            bytes: number;
            /** Format: int32 */
            findings: number;
            lines: number;
            path: string;
        };
        /** @description One file of the JSON form. */
        FileJson: {
            /** @description The text. */
            content: string;
            /** @description Path within the project, `/`-separated. */
            path: string;
        };
        /** @description The files of a scan. */
        FileList: {
            files: components["schemas"]["FileEntry"][];
        };
        /** @description A file's text. */
        FileText: {
            path: string;
            /** @description The text; bytes that are no UTF-8 are replaced. */
            text: string;
        };
        /** @description A finding in full, with what was decided about it and where it stands. */
        FindingDetail: (components["schemas"]["Region"] & {
            /** @description `low`, `medium` or `high`. */
            confidence: components["schemas"]["ConfidenceWord"];
            /** @description Every contract with its verdict, one for each entry function. */
            contracts: components["schemas"]["CheckJson"][];
            counterexample: components["schemas"]["CounterexampleJson"] | null;
            /** @description `CWE-89`. */
            cwe: string;
            /** @description The weakness's published name. */
            cwe_name: string | null;
            /** @description Identity over time: unaffected by lines added elsewhere in the file. */
            fingerprint: string;
            /** @description The enclosing function; null for top-level code. */
            function: string | null;
            /** @description What is wrong here. */
            message: string;
            /** @description The pack that holds the rule. */
            pack: string;
            patch: components["schemas"]["PatchJson"] | null;
            /** @description The file. */
            path: string;
            /** @description The rule. */
            rule_id: string;
            /** @description `info`, `low`, `medium`, `high` or `critical`. */
            severity: components["schemas"]["SeverityWord"];
            /** @description The code that the finding is about. */
            snippet: string;
            /** @description The way from source to sink; empty where no flow led here. */
            taint_path: components["schemas"]["StepJson"][];
            /** @description The rule's title. */
            title: string;
            verdict: components["schemas"]["VerdictWord"] | null;
        }) & {
            /** @description All that was decided about it, the newest first. */
            history: components["schemas"]["TriageJson"][];
            /**
             * Format: int32
             * @description Its number in the scan.
             */
            id: number;
            /**
             * Format: int32
             * @description The one after it.
             */
            next: number | null;
            /** @description Its categories, such as `A05:2025`. */
            owasp: string[];
            /**
             * Format: int32
             * @description The finding before it in the list of the same query.
             */
            previous: number | null;
            /** @description What was decided about it. */
            triage: components["schemas"]["TriageJson"];
        };
        /** @description A finding. */
        FindingJson: components["schemas"]["Region"] & {
            /** @description `low`, `medium` or `high`. */
            confidence: components["schemas"]["ConfidenceWord"];
            /** @description Every contract with its verdict, one for each entry function. */
            contracts: components["schemas"]["CheckJson"][];
            counterexample: components["schemas"]["CounterexampleJson"] | null;
            /** @description `CWE-89`. */
            cwe: string;
            /** @description The weakness's published name. */
            cwe_name: string | null;
            /** @description Identity over time: unaffected by lines added elsewhere in the file. */
            fingerprint: string;
            /** @description The enclosing function; null for top-level code. */
            function: string | null;
            /** @description What is wrong here. */
            message: string;
            /** @description The pack that holds the rule. */
            pack: string;
            patch: components["schemas"]["PatchJson"] | null;
            /** @description The file. */
            path: string;
            /** @description The rule. */
            rule_id: string;
            /** @description `info`, `low`, `medium`, `high` or `critical`. */
            severity: components["schemas"]["SeverityWord"];
            /** @description The code that the finding is about. */
            snippet: string;
            /** @description The way from source to sink; empty where no flow led here. */
            taint_path: components["schemas"]["StepJson"][];
            /** @description The rule's title. */
            title: string;
            verdict: components["schemas"]["VerdictWord"] | null;
        };
        /** @description A page of findings. */
        FindingPage: {
            /** @description Counts by what can be filtered; null on further pages. */
            facets: {
                [key: string]: {
                    [key: string]: number;
                };
            } | null;
            findings: components["schemas"]["FindingRow"][];
            /** @description What gives the next page; null at the end. */
            next: string | null;
            /**
             * Format: int64
             * @description How many findings the filters name; null on further pages.
             */
            total: number | null;
        };
        /** @description A finding as a row of a table. */
        FindingRow: {
            /**
             * Format: int32
             * @description Column from 1, in characters.
             */
            column: number;
            /** @description `low` to `high`. */
            confidence: components["schemas"]["ConfidenceWord"];
            /** @description `CWE-89`. */
            cwe: string;
            /** @description The weakness's published name. */
            cwe_name: string | null;
            /** @description Its identity over scans. */
            fingerprint: string;
            /** @description The enclosing function. */
            function: string | null;
            /**
             * Format: int32
             * @description Its number in the scan.
             */
            id: number;
            /**
             * Format: int32
             * @description Line from 1.
             */
            line: number;
            /** @description What is wrong here. */
            message: string;
            /** @description The pack that holds the rule. */
            pack: string;
            patch: components["schemas"]["PatchWord"] | null;
            /** @description The file. */
            path: string;
            replay: components["schemas"]["ReplayWord"] | null;
            /** @description The rule. */
            rule_id: string;
            /** @description `info` to `critical`. */
            severity: components["schemas"]["SeverityWord"];
            /** @description The rule's title. */
            title: string;
            /** @description What people decided. */
            triage: components["schemas"]["TriageJson"];
            verdict: components["schemas"]["VerdictWord"] | null;
        };
        /** @description One check of the gate. */
        GateCheckJson: {
            /** @description `scope`, `parses`, `finding-gone`, `nothing-new`, `contract-proved`, `reachable` or `behaviour-kept`. */
            check: components["schemas"]["GateWord"];
            /** @description What it saw, or why it could not be made. */
            detail: string;
            /** @description `passed`, `failed` or `not-run`. */
            outcome: components["schemas"]["OutcomeWord"];
            /** @description Whether it passed; false as well for a check that could not be made. */
            passed: boolean;
        };
        /**
         * @description A check of the gate.
         * @enum {string}
         */
        GateWord: "scope" | "parses" | "finding-gone" | "nothing-new" | "contract-proved" | "reachable" | "behaviour-kept";
        /** @description Whether the process lives. */
        Health: {
            /** @description Analyses that run or wait. */
            request_queue_depth: number;
            /** @description `healthy` or `unhealthy`. */
            status: string;
            /**
             * Format: double
             * @description Seconds since the start.
             */
            uptime_seconds: number;
            /** @description Whether a language model answers. */
            vllm_loaded: boolean;
            /** @description Whether the four stages are loaded. */
            workflow_ready: boolean;
        };
        /** @description Whether there is a language model. */
        LlmJson: {
            configured: boolean;
            tiers: string[];
        };
        /** @description The servers of the language models, tried. */
        LlmTestJson: {
            /** @description One for each model of each tier. */
            back_ends: components["schemas"]["BackEndJson"][];
        };
        /** @description Open findings by severity. */
        OpenCounts: {
            /** Format: int32 */
            critical: number;
            /** Format: int32 */
            high: number;
            /** Format: int32 */
            info: number;
            /** Format: int32 */
            low: number;
            /** Format: int32 */
            medium: number;
        };
        /**
         * @description Where a setting comes from.
         * @enum {string}
         */
        OriginWord: "default" | "environment" | "argument" | "file";
        /**
         * @description How a check went.
         * @enum {string}
         */
        OutcomeWord: "passed" | "failed" | "not-run";
        /** @description One part of the server. */
        PartJson: {
            detail: string;
            name: string;
            /** @description `ok`, `degraded`, `down` or `off`. */
            status: components["schemas"]["PartWord"];
        };
        /**
         * @description How a part of the server is.
         * @enum {string}
         */
        PartWord: "ok" | "degraded" | "down" | "off";
        /** @description One patch. */
        PatchEntry: {
            /** @description The whole patched file. */
            code: string;
            /** @description Unified diff. */
            diff: string;
            /** @description Fingerprint of the finding that it repairs. */
            fingerprint: string;
            /** @description What it does. */
            title: string;
            verification_result?: components["schemas"]["VerificationResult"] | null;
            /** @description Whether the whole gate passed. */
            verified: boolean;
        };
        /** @description What became of the wish for a patch. */
        PatchJson: {
            /**
             * Format: int32
             * @description Attempts made.
             */
            attempts: number;
            /** @description Who wrote it: `template`, or the language model's name; `null` where there is none. */
            author: string | null;
            /** @description What the gate checked. */
            checks: components["schemas"]["GateCheckJson"][];
            /** @description Unified diff for `git apply`. */
            diff: string | null;
            /** @description Why there is no (verified) patch. */
            reason: string | null;
            /** @description `verified`, `bounded`, `unverified` or `unavailable`. */
            status: components["schemas"]["PatchWord"];
            /** @description What the patch does. */
            title: string | null;
            /** @description Whether the whole gate passed. */
            verified: boolean;
        };
        /**
         * @description How far a patch got.
         * @enum {string}
         */
        PatchWord: "verified" | "bounded" | "unverified" | "unavailable";
        /** @description Which patches are applied. */
        PatchedRequest: {
            /** @description The findings' ids in the scan, whose patches are applied in this order. */
            findings: number[];
        };
        /** @description What a plugin's calls took in one scan. */
        PluginCostJson: components["schemas"]["CostJson"] & {
            /** @description The plugin's name. */
            name: string;
        };
        /** @description A plugin. */
        PluginJson: {
            /** @description What its calls took since the server started. */
            cost: components["schemas"]["CostJson"];
            /** @description BLAKE3 of the component, hexadecimal. */
            digest: string;
            /** @description The interfaces with functions that it imports, and so may call. */
            imports: string[];
            /** @description `stage` or `pack`. */
            kind: components["schemas"]["PluginWord"];
            name: string;
            rules: number;
            version: string;
        };
        /** @description The plugins. */
        PluginList: {
            plugins: components["schemas"]["PluginJson"][];
        };
        /**
         * @description What a plugin is.
         * @enum {string}
         */
        PluginWord: "stage" | "pack";
        /** @description A problem document, sent as `application/problem+json`. */
        Problem: {
            /** @description What happened here. */
            detail: string;
            /** @description The fields that are wrong. */
            errors?: components["schemas"]["FieldError"][];
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The kind in words. */
            title: string;
            /** @description Names the kind of problem: `/problems/<slug>`. */
            type: string;
        };
        /** @description Code whose contracts are asked about. */
        ProveRequest: {
            /**
             * Format: int32
             * @description Factor of the prover's limits, from 1 to 16.
             */
            budget?: number | null;
            /** @description `pep316`, `asserts`, `icontract`, `deal`, `security` and `implicit`; without, what `securecode verify` takes. */
            contracts?: string[] | null;
            /** @description Only this function. */
            function?: string | null;
            /** @description Python source text. */
            source: string;
        };
        /** @description Whether analyses can be taken. */
        Readiness: {
            /** @description The parts. */
            components: components["schemas"]["Components"];
            /** @description Whether every part that is needed is there. */
            ready: boolean;
        };
        /** @description A region of one file; lines and columns from 1, columns in characters, end exclusive. */
        Region: {
            /**
             * Format: int32
             * @description First column.
             */
            column: number;
            /**
             * Format: int32
             * @description Column after the last character.
             */
            end_column: number;
            /**
             * Format: int32
             * @description Last line.
             */
            end_line: number;
            /**
             * Format: int32
             * @description First line.
             */
            line: number;
        };
        /**
         * @description What running the attack showed.
         * @enum {string}
         */
        ReplayWord: "confirmed" | "diverged" | "unavailable" | "not-run";
        /** @description A scan's report. */
        ReportJson: {
            /** @description Whether everything was analysed. */
            complete: boolean;
            /** @description What could not be done. */
            errors: components["schemas"]["FaultJson"][];
            /** @description The findings by path and place. */
            findings: components["schemas"]["FindingJson"][];
            /** @description Counts. */
            summary: components["schemas"]["SummaryJson"];
            /** @description Version of this program. */
            version: string;
        };
        /** @description A rule. */
        RuleJson: {
            confidence: components["schemas"]["ConfidenceWord"];
            cwe: string;
            cwe_name: string | null;
            /** @description What goes wrong, how an attacker uses it, how to write it safely: Markdown. */
            description?: string;
            /** @description Code that the rule finds, and its twin that it does not find. */
            examples?: components["schemas"]["ExamplesJson"];
            /** @description Whether the rule brings contracts, which the prover decides. */
            has_contract: boolean;
            /** @description Whether the rule brings a template for patches. */
            has_fix: boolean;
            id: string;
            /** @description Why there is no template. */
            no_fix_reason?: string;
            owasp: string[];
            pack: string;
            severity: components["schemas"]["SeverityWord"];
            /** @description The first sentence of the description. */
            summary: string;
            title: string;
        };
        /** @description All rules. */
        RuleList: {
            rules: components["schemas"]["RuleJson"][];
        };
        /** @description An example to try. */
        Sample: {
            files: components["schemas"]["FileJson"][];
            name: string;
        };
        /** @description A form with files. */
        ScanForm: {
            /** @description Files and archives (zip, tar, tar.gz); the part's file name is the path. */
            file: string[];
            /** @description What a person calls the project. */
            name?: string | null;
            options?: components["schemas"]["UploadOptions"] | null;
        };
        /** @description A scan. */
        ScanJson: {
            /**
             * Format: int64
             * @description Bytes of all files.
             */
            bytes: number;
            /** @description Its code. */
            code: components["schemas"]["CodeJson"];
            /** @description When it was asked for. */
            created_at: string;
            /** @description What could not be done; empty in lists. */
            errors: components["schemas"]["FaultJson"][];
            /**
             * Format: int32
             * @description Files given.
             */
            files: number;
            /** @description Its id. */
            id: string;
            /** @description What a person calls the project. */
            name: string | null;
            /** @description How far it goes. */
            options: components["schemas"]["UploadOptions"];
            /** @description Where it is. */
            state: components["schemas"]["StateJson"];
            summary: components["schemas"]["ScanSummaryJson"] | null;
        };
        /** @description Scans, the newest first. */
        ScanList: {
            /** @description What gives the next page; null at the end. */
            next: string | null;
            scans: components["schemas"]["ScanJson"][];
        };
        /** @description The JSON form. */
        ScanRequest: {
            /** @description The files. */
            files: [
                components["schemas"]["FileJson"],
                ...components["schemas"]["FileJson"][]
            ];
            /** @description What a person calls the project; scans of one name share decisions about findings. */
            name?: string | null;
            /** @description How far to go. */
            options?: components["schemas"]["UploadOptions"];
        };
        /** @description How much a scan looked at and found, and what that took. */
        ScanSummaryJson: components["schemas"]["SummaryJson"] & {
            /** @description What the plugins took that were called; missing where it was not kept. */
            plugins?: components["schemas"]["PluginCostJson"][];
        };
        /** @description One setting. */
        SettingJson: {
            name: string;
            /** @description `default`, `environment`, `argument` or `file`. */
            origin: components["schemas"]["OriginWord"];
            value: string;
        };
        /**
         * @description How bad it is.
         * @enum {string}
         */
        SeverityWord: "critical" | "high" | "medium" | "low" | "info";
        /**
         * @description A stage.
         * @enum {string}
         */
        StageWord: "scanner" | "speculator" | "symbot" | "patcher";
        /** @description Where a scan is. */
        StateJson: {
            /**
             * Format: int64
             * @description How many come before it.
             */
            position: number;
            /** @enum {string} */
            status: "queued";
        } | {
            /** @description Pieces of the stage's work that are done. */
            done: number;
            stage: components["schemas"]["StageWord"] | null;
            /** @description Since when. */
            started_at: string;
            /** @enum {string} */
            status: "running";
            /** @description All of them. */
            total: number;
        } | {
            /** @description Whether everything was analysed. */
            complete: boolean;
            /** @description Until when. */
            finished_at: string;
            /** @description Since when it ran. */
            started_at: string;
            /** @enum {string} */
            status: "completed";
        } | {
            /** @description Why. */
            error: string;
            /** @description When that was seen. */
            finished_at: string;
            /** @enum {string} */
            status: "failed";
        } | {
            /** @description When. */
            finished_at: string;
            /** @enum {string} */
            status: "cancelled";
        };
        /** @description One step of a taint path. */
        StepJson: components["schemas"]["Region"] & {
            /** @description `source`, `step` or `sink`. */
            kind: components["schemas"]["StepWord"];
            /** @description What happens there. */
            message: string;
            /** @description The file. */
            path: string;
        };
        /**
         * @description What a step of a taint path is.
         * @enum {string}
         */
        StepWord: "source" | "step" | "sink";
        /** @description How much was looked at and found. */
        SummaryJson: {
            /**
             * Format: int32
             * @description Files that some rule could concern.
             */
            analysed: number;
            /** @description Findings by severity: critical, high, medium, low, info. */
            by_severity: [
                number,
                number,
                number,
                number,
                number
            ];
            /**
             * Format: int64
             * @description Bytes in all files.
             */
            bytes: number;
            /**
             * Format: int64
             * @description Wall time in milliseconds.
             */
            duration_ms: number;
            /**
             * Format: int32
             * @description Files given.
             */
            files: number;
            /** @description Findings listed. */
            findings: number;
            /**
             * Format: int64
             * @description Lines in all files.
             */
            lines: number;
            /** @description Patches that passed the whole gate. */
            patches_verified: number;
            /** @description Candidates that the prover showed to be safe; listed only on request. */
            proved_safe: number;
            /** @description Findings with a counterexample. */
            refuted: number;
        };
        /** @description The server. */
        SystemJson: {
            llm: components["schemas"]["LlmJson"];
            parts: components["schemas"]["PartJson"][];
            settings: components["schemas"]["SettingJson"][];
            /** Format: int64 */
            uptime_s: number;
            version: string;
        };
        /** @description The open findings of each completed scan of a name, the oldest first. */
        Trend: {
            points: components["schemas"]["TrendPointJson"][];
        };
        /** @description A scan in a trend. */
        TrendPointJson: {
            /** @description When it was asked for. */
            created_at: string;
            /** @description Its open findings. */
            open: components["schemas"]["OpenCounts"];
            /** @description The scan. */
            scan: string;
        };
        /** @description How many findings were there. */
        TriageAnswer: {
            /** Format: int32 */
            changed: number;
        };
        /** @description What people decided about a finding. */
        TriageJson: {
            /** @description When it was said. */
            changed_at: string | null;
            /** @description When that ends. */
            expires: string | null;
            /** @description Why. */
            reason: string | null;
            /** @description `open`, `confirmed`, `false-positive`, `accepted-risk` or `fixed`. */
            state: components["schemas"]["TriageWord"];
        };
        /** @description A decision about findings. */
        TriageRequest: {
            /** @description When it ends. */
            expires?: string | null;
            /** @description The findings' ids in the scan. */
            findings: number[];
            /** @description Why. */
            reason?: string | null;
            /** @description `open`, `confirmed`, `false-positive`, `accepted-risk` or `fixed`. */
            state: components["schemas"]["TriageWord"];
        };
        /**
         * @description What a finding is taken for.
         * @enum {string}
         */
        TriageWord: "open" | "confirmed" | "false-positive" | "accepted-risk" | "fixed";
        /** @description How far a scan goes. */
        UploadOptions: {
            /**
             * Format: int32
             * @description Factor of all the prover's limits, from 1 to 16.
             * @default 1
             */
            budget: number;
            /**
             * Format: int32
             * @description Patch attempts for each finding, from 1 to 10.
             * @default 3
             */
            max_iterations: number;
            /**
             * @description Whether patches are looked for; only where contracts are proved.
             * @default true
             */
            patch: boolean;
            /**
             * @description Whether contracts are proved.
             * @default true
             */
            prove: boolean;
        };
        /**
         * @description What the prover says.
         * @enum {string}
         */
        VerdictWord: "refuted" | "proved" | "bounded" | "unknown";
        /** @description All contracts. */
        VerificationJson: {
            /** @description The contracts by file and place. */
            contracts: components["schemas"]["ContractJson"][];
            /** @description What could not be analysed. */
            errors: components["schemas"]["FaultJson"][];
            /** @description Version of this program. */
            version: string;
        };
        /** @description What the prover said of a patch. */
        VerificationResult: {
            /** @description An attack that the patch leaves open. */
            counterexample?: string | null;
            /** @description The check that failed, and what it saw. */
            error_message?: string | null;
            /**
             * Format: double
             * @description Seconds.
             */
            execution_time: number;
            /** @description Whether the whole gate passed. */
            verified: boolean;
        };
        /** @description One vulnerability. */
        Vulnerability: {
            /**
             * Format: double
             * @description From 0 to 1.
             */
            confidence: number;
            /** @description What must hold for the code to be safe; null for a rule without a contract. */
            contract?: string | null;
            /** @description The attack as a Python call, when there is one. */
            counterexample?: string | null;
            /** @description `CWE-89`. */
            cwe_id: string;
            /** @description What is wrong. */
            description: string;
            /** @description The finding in full. */
            finding: components["schemas"]["FindingJson"];
            /** @description How it may be exploited, in words. */
            hypothesis: string;
            /** @description `file:line`. */
            location: string;
            /** @description `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`. */
            severity: string;
            /** @description Whether a counterexample shows the vulnerability. */
            verified: boolean;
            /** @description The rule's id. */
            vuln_type: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
