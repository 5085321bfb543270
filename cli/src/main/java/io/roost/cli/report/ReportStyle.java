package io.roost.cli.report;

/** How the page looks: one style sheet, for light and dark, screen and paper. Nothing is loaded from anywhere. */
final class ReportStyle {
    static final String CSS = """
            :root{color-scheme:light dark;--bg:#f5f6f8;--card:#fff;--ink:#1b2330;--soft:#566173;--line:#d9dee6;
            --good:#1a7f4b;--bad:#b3261e;--warn:#8a5a00;--main:#2f6fb5;--second:#8a4fbf;--wait:#8b95a5;--band:#e8b84b}
            @media (prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1b212a;--ink:#e6eaf0;--soft:#a3adbb;--line:#333c49;
            --good:#57c98a;--bad:#ff8a80;--warn:#f0b95a;--main:#6fb0f2;--second:#c79bf2;--wait:#7d8796;--band:#b98a1e}}
            *{box-sizing:border-box}
            body{margin:0;background:var(--bg);color:var(--ink);
            font:15px/1.5 system-ui,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
            main,header,footer{max-width:1080px;margin:0 auto;padding:0 20px}
            header{padding-top:28px}h1{font-size:26px;line-height:1.25;margin:0 0 4px}
            h2{font-size:19px;margin:0 0 10px}h3{font-size:15px;margin:18px 0 4px}
            p{margin:6px 0}.soft{color:var(--soft)}
            section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:18px 0}
            .verdict{display:inline-block;margin:10px 0 0;padding:6px 12px;border:2px solid;border-radius:8px;font-weight:600}
            .good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
            dl.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:18px 0 0}
            dl.tiles div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 14px}
            dl.tiles dt{color:var(--soft);font-size:13px}dl.tiles dd{margin:0;font-size:19px;font-weight:600;
            font-variant-numeric:tabular-nums}dl.tiles small{display:block;font-size:12px;font-weight:400;color:var(--soft)}
            .wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}
            caption{text-align:left;color:var(--soft);padding:8px 0 6px}
            nav{margin:14px 0 0}nav a{color:var(--main);margin-right:18px}
            th,td{text-align:left;vertical-align:top;padding:5px 10px 5px 0;border-bottom:1px solid var(--line);
            overflow-wrap:break-word}thead th{color:var(--soft);font-weight:600;border-bottom-width:2px;overflow-wrap:normal}
            tbody th{font-weight:600;min-width:9em}
            .months table{font-size:12px}.months tbody th{min-width:0}.months th,.months td{padding-right:6px}
            .months td.n+td,.months td.n+th,.months th.n+th{padding-left:0}.long{overflow-wrap:anywhere;min-width:16em}
            .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
            td.n+td:not(.n),td.n+th,th.n+th:not(.n){padding-left:14px}
            .months td.differs{white-space:normal}td.differs{outline:2px solid var(--bad);outline-offset:-2px;font-weight:600}
            svg{display:block;width:100%;height:auto}svg text{fill:var(--soft);font-size:12px}
            .grid{stroke:var(--line);stroke-width:1}.area{fill:var(--main);fill-opacity:.22}
            .line{fill:none;stroke:var(--main);stroke-width:2;stroke-linejoin:round}
            .line2{fill:none;stroke:var(--second);stroke-width:2;stroke-dasharray:6 3;stroke-linejoin:round}
            .band{fill:var(--band)}.before{fill:var(--main)}.after{fill:var(--second)}
            .s-done{fill:var(--good)}.s-failed{fill:var(--bad)}.s-retrying{fill:var(--warn)}.s-active{fill:var(--main)}
            .s-skipped{fill:var(--second)}.s-waiting{fill:var(--wait)}
            .key{display:inline-block;width:12px;height:12px;vertical-align:-1px;margin-right:6px}
            ul.legend{list-style:none;padding:0;margin:6px 0;display:flex;flex-wrap:wrap;gap:4px 20px;
            color:var(--soft);font-size:13px}
            code{font:13px ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
            footer{color:var(--soft);font-size:13px;padding-bottom:30px}
            @media print{:root{--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--good:#0b5c33;--bad:#8c1d18;
            --warn:#6b4700;--main:#1f5a99;--second:#6b35a0;--wait:#777;--band:#c99a2e}
            body{font-size:11pt}section{border:0;padding:0;break-inside:auto}
            dl.tiles div{break-inside:avoid}svg,tr,h2,h3{break-inside:avoid}
            h2,h3,caption{break-after:avoid}thead{display:table-header-group}
            .wide{overflow:visible}svg *{print-color-adjust:exact}}
            """;

    private ReportStyle() {
    }
}
