// What programs put on the clipboard as HTML when people copy: six of them, after what each is documented and known to
// write. The people and figures are invented.

/** Word: a heading, and items as paragraphs with their bullets in the text. */
export const WORD_LIST = `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">
<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=ProgId content=Word.Document>
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings></xml><![endif]-->
<style>
<!--
 /* Style Definitions */
 p.MsoNormal, li.MsoNormal, div.MsoNormal
	{mso-style-unhide:no;margin:0cm;font-size:12.0pt;font-family:"Calibri",sans-serif;}
h2
	{mso-style-priority:9;font-size:13.0pt;font-weight:normal;}
@list l0:level1
	{mso-level-number-format:bullet;mso-level-text:\\F0B7;}
-->
</style>
</head>
<body lang=SV style='tab-interval:65.2pt;word-wrap:break-word'>
<!--StartFragment-->
<h2>Inför bokslutet<o:p></o:p></h2>

<p class=MsoNormal>Vi behöver <b>före fredag</b>, <i>helst</i> som
<u>pdf</u>:<o:p></o:p></p>

<p class=MsoNormal><o:p>&nbsp;</o:p></p>

<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol;mso-fareast-font-family:Symbol;mso-bidi-font-family:
Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;
</span></span></span><![endif]>Kvitton<o:p></o:p></p>

<p class=MsoListParagraphCxSpMiddle style='margin-left:72.0pt;mso-add-space:
auto;text-indent:-18.0pt;mso-list:l0 level2 lfo1'><![if !supportLists]><span
style='font-family:"Courier New"'><span style='mso-list:Ignore'>o<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;
</span></span></span><![endif]>bilen<o:p></o:p></p>

<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;
</span></span></span><![endif]>Lagerlista<o:p></o:p></p>

<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-bidi-font-family:Calibri'><span style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;
</span></span></span><![endif]>Ring Bo<o:p></o:p></p>
<!--EndFragment-->
</body>
</html>`;

/** Word: a table whose cells are paragraphs, one of them over two columns. */
export const WORD_TABLE = `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta name=Generator content="Microsoft Word 15"><style><!--
table.MsoTableGrid {border:solid windowtext 1.0pt;}
--></style></head>
<body lang=SV><!--StartFragment-->
<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse;border:none;mso-yfti-tbllook:1184'>
 <tr style='mso-yfti-irow:0;mso-yfti-firstrow:yes'>
  <td width=151 valign=top style='width:151.0pt;border:solid windowtext 1.0pt'>
  <p class=MsoNormal><b>Konto<o:p></o:p></b></p>
  </td>
  <td width=151 valign=top style='width:151.0pt;border:solid windowtext 1.0pt'>
  <p class=MsoNormal><b>Saldo<o:p></o:p></b></p>
  </td>
 </tr>
 <tr style='mso-yfti-irow:1'>
  <td width=151 valign=top><p class=MsoNormal>1930<o:p></o:p></p></td>
  <td width=151 valign=top><p class=MsoNormal align=right style='text-align:right'>12&nbsp;500,00<o:p></o:p></p></td>
 </tr>
 <tr style='mso-yfti-irow:2;mso-yfti-lastrow:yes'>
  <td width=302 colspan=2 valign=top><p class=MsoNormal>Avstämt<o:p></o:p></p>
  <p class=MsoNormal>mot banken<o:p></o:p></p></td>
 </tr>
</table>

<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<!--EndFragment--></body></html>`;

/** Google Docs: all of it in a bold that is none, bold and italics by style, a list in a list. */
export const DOCS = `<meta charset='utf-8'><meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-5e1f0a6c-7fff-1c2d-9a41-b3f2d0c4e8aa"><h2 dir="ltr" style="line-height:1.38;margin-top:18pt;margin-bottom:6pt;"><span style="font-size:16pt;font-family:Arial,sans-serif;color:#000000;background-color:transparent;font-weight:400;font-style:normal;font-variant:normal;text-decoration:none;vertical-align:baseline;white-space:pre;white-space:pre-wrap;">Moms för mars</span></h2><p dir="ltr" style="line-height:1.38;margin-top:0pt;margin-bottom:0pt;"><span style="font-size:11pt;font-family:Arial,sans-serif;color:#000000;background-color:transparent;font-weight:400;font-style:normal;font-variant:normal;text-decoration:none;vertical-align:baseline;white-space:pre;white-space:pre-wrap;">Skicka </span><span style="font-size:11pt;font-family:Arial,sans-serif;color:#000000;background-color:transparent;font-weight:700;font-style:normal;font-variant:normal;text-decoration:none;vertical-align:baseline;white-space:pre;white-space:pre-wrap;">allt</span><span style="font-size:11pt;font-family:Arial,sans-serif;color:#000000;background-color:transparent;font-weight:400;font-style:italic;font-variant:normal;text-decoration:none;vertical-align:baseline;white-space:pre;white-space:pre-wrap;"> senast</span><span style="font-size:11pt;font-weight:400;font-style:normal;text-decoration:underline;"> den 12:e</span><span style="font-size:11pt;font-weight:400;font-style:normal;text-decoration:none;">, se </span><a href="https://www.skatteverket.se/moms" style="text-decoration:none;"><span style="font-size:11pt;font-family:Arial,sans-serif;color:#1155cc;background-color:transparent;font-weight:400;font-style:normal;font-variant:normal;text-decoration:underline;-webkit-text-decoration-skip:none;text-decoration-skip-ink:none;vertical-align:baseline;white-space:pre;white-space:pre-wrap;">anvisningen</span></a></p><ul style="margin-top:0;margin-bottom:0;padding-inline-start:48px;"><li dir="ltr" style="list-style-type:disc;font-size:11pt;font-weight:400;font-style:normal;text-decoration:none;" aria-level="1"><p dir="ltr" style="line-height:1.38;margin-top:0pt;margin-bottom:0pt;" role="presentation"><span style="font-weight:400;font-style:normal;text-decoration:none;">Kvitton</span></p></li><ul style="margin-top:0;margin-bottom:0;padding-inline-start:48px;"><li dir="ltr" style="list-style-type:circle;font-weight:400;" aria-level="2"><p dir="ltr" role="presentation"><span style="font-weight:400;font-style:normal;text-decoration:none;">bilen</span></p></li></ul><li dir="ltr" style="list-style-type:disc;font-weight:400;" aria-level="1"><p dir="ltr" role="presentation"><span style="font-weight:700;font-style:normal;text-decoration:none;">Lagerlista</span></p></li></ul></b><br class="Apple-interchange-newline">`;

/** Excel: bold and formats by classes, a hidden row that only says how wide columns are. */
export const EXCEL = `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns="http://www.w3.org/TR/REC-html40">
<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=ProgId content=Excel.Sheet>
<meta name=Generator content="Microsoft Excel 15">
<style>
<!--table
	{mso-displayed-decimal-separator:"\\,";mso-displayed-thousand-separator:"\\00A0";}
tr
	{mso-height-source:auto;}
td
	{padding-top:1px;color:black;font-weight:400;white-space:nowrap;}
.xl65
	{font-weight:700;}
.xl66
	{mso-number-format:"\\#\\,\\#\\#0\\.00";}
-->
</style>
</head>
<body link="#0563C1" vlink="#954F72">
<table border=0 cellpadding=0 cellspacing=0 width=192 style='border-collapse:collapse;width:144pt'>
<!--StartFragment-->
 <col width=64 style='width:48pt'>
 <col width=128 style='mso-width-source:userset;width:96pt'>
 <tr height=20 style='height:15.0pt'>
  <td height=20 class=xl65 width=64 style='height:15.0pt;width:48pt'>Konto</td>
  <td class=xl65 width=128 style='width:96pt'>Saldo</td>
 </tr>
 <tr height=20 style='height:15.0pt'>
  <td height=20 align=right style='height:15.0pt'>1930</td>
  <td class=xl66 align=right>12&nbsp;500,00</td>
 </tr>
 <tr height=20 style='height:15.0pt'>
  <td height=20 align=right style='height:15.0pt'>2440</td>
  <td class=xl66 align=right>-980,50</td>
 </tr>
<!--EndFragment-->
 <![if supportMisalignedColumns]>
 <tr height=0 style='display:none'>
  <td width=64 style='width:48pt'>bredd</td>
  <td width=128 style='width:96pt'></td>
 </tr>
 <![endif]>
</table>
</body>
</html>`;

/** Outlook: a mail with a table of figures, and a signature that a table lays out. */
export const OUTLOOK = `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"><head><meta name="Generator" content="Microsoft Word 15 (filtered medium)"><style><!--
p.MsoNormal {margin:0cm;font-size:11.0pt;}
span.E-postmall18 {color:windowtext;}
--></style></head><body lang="SV" link="#0563C1" vlink="#954F72" style="word-wrap:break-word"><div class="WordSection1">
<div style="display:none;max-height:0">Förhandsvisning</div>
<p class="MsoNormal">Hej Anna,<o:p></o:p></p>
<p class="MsoNormal">här är siffrorna:<o:p></o:p></p>
<table class="MsoNormalTable" border="0" cellspacing="0" cellpadding="0" style="border-collapse:collapse"><tbody>
<tr><td style="padding:0cm 5.4pt"><p class="MsoNormal">Lön<o:p></o:p></p></td><td style="padding:0cm 5.4pt"><p class="MsoNormal" align="right">31&nbsp;000<o:p></o:p></p></td></tr>
<tr><td><p class="MsoNormal">Skatt<o:p></o:p></p></td><td><p class="MsoNormal" align="right">9&nbsp;300<o:p></o:p></p></td></tr>
</tbody></table>
<p class="MsoNormal"><o:p>&nbsp;</o:p></p>
<table role="presentation" border="0" cellpadding="0"><tr><td><img src="cid:image001.png@01DC" alt=""></td><td><p class="MsoNormal"><b>Petra Holm</b><o:p></o:p></p><p class="MsoNormal"><a href="mailto:petra@holmbygg.example"><span style="color:#0563C1;text-decoration:underline">petra@holmbygg.example</span></a><o:p></o:p></p></td></tr></table>
</div></body></html>`;

/** A web page: headings, inline styles, hidden parts, a script, a link that would run something, a table of figures. */
export const WEB_PAGE = `<html><body><!--StartFragment--><article style="box-sizing: border-box; font-family: system-ui;"><h3 style="font-weight: 600;">Arbetsgivaravgifter 2026</h3><p style="margin: 0px 0px 1em;">Full avgift är <strong style="font-weight: 700;">31,42&nbsp;%</strong>. <em>Se även</em> <a href="https://www.skatteverket.se/avgifter" style="color: rgb(0, 81, 149);">Skatteverket</a> och <a href="javascript:alert(1)">räkna</a>.<br>Ny rad.</p><span style="display: none;">Hoppa till innehåll</span><script>alert(1)</script><div>Gäller <span style="font-weight: bold;">alla</span></div><table class="sv-table"><caption>Avgifter</caption><thead><tr><th scope="col">Ålder</th><th scope="col">Avgift</th></tr></thead><tbody><tr><td>19–66</td><td>31,42&nbsp;%</td></tr><tr><td rowspan="2">67+</td><td>10,21 %</td></tr><tr><td>6,15 %</td></tr></tbody></table></article><!--EndFragment--></body></html>`;

/** Google Sheets: what cells look like stands in each of them. */
export const SHEETS = `<meta charset='utf-8'><google-sheets-html-origin><style type="text/css"><!--td {border: 1px solid #cccccc;}br {mso-data-placement:same-cell;}--></style><table xmlns="http://www.w3.org/1999/xhtml" cellspacing="0" cellpadding="0" dir="ltr" border="1" style="table-layout:fixed;font-size:10pt;font-family:Arial;width:0px;border-collapse:collapse;border:none" data-sheets-root="1" data-sheets-baot="1"><colgroup><col width="100"/><col width="100"/></colgroup><tbody><tr style="height:21px;"><td style="overflow:hidden;padding:2px 3px 2px 3px;vertical-align:bottom;font-weight:bold;">Konto</td><td style="overflow:hidden;padding:2px 3px 2px 3px;vertical-align:bottom;font-weight:bold;">Saldo</td></tr><tr style="height:21px;"><td style="overflow:hidden;text-align:right;">1930</td><td style="overflow:hidden;text-align:right;">12 500,00</td></tr><tr style="height:21px;"><td></td><td style="overflow:hidden;">rad ett<br/>rad två</td></tr></tbody></table></google-sheets-html-origin>`;
