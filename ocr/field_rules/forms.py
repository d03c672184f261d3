"""The forms that values have on papers: names, dates, plates, codes, words. Knows no labels and no fields."""

from __future__ import annotations

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"

# A person, an organisation that calls itself one, a person with a name in several parts, a name in Latin
# letters.
ORGANISATION_ENDS = (
    "有限合伙|办事处|管理处|工程处|办公室|小学|中学|幼儿园|政府|大队|支队|驾校|合作社|公司|厂|局|所(?!有)|院|中心"
    "|银行|部|店|社|队|学校|大学|委员会|分行|支行|协会|集团|站|馆"
)
# How sentences of declarations begin, which stand beside names and are broken into short lines.
_NO_NAME = (
    "如有|如不|本人|愿意|承担|特此|以上|上述|属实|真实|有效|虚假|签字|签名|盖章|申请|代理|机动车|同意|情况|经查|准予"
    "|不予|联系|受赠|受让|赠与|买受|竞买|继承人|典当行|甲方|乙方|丙方|单位|签收|填写|合法|变更|准确|完整|齐全|登记"
    "|受委托|户主|母亲|父亲|长子|长女|承诺"
    "|所填|提交|统一社会"
)
# Words that are no name wherever they stand among so few signs.
_NO_PERSON = (
    r"(?![\u4e00-\u9fff]{0,3}(?:时间|日期|意见|情况|结果|号码|信息|类型|名称|方式|地点|地址|签章|签字|岗位))"
)
_PERSON = (
    rf"{_NO_PERSON}(?![及和对的应与或为是将由]|(?:{_NO_NAME}))[\u4e00-\u9fff]{{2,4}}(?![\u4e00-\u9fff])"
    r"|[\u4e00-\u9fff]{1,8}·[\u4e00-\u9fff·]{1,16}"
)
NAME = (
    rf"^(?:(?![持到由请凭经向将把被]|统一社会|(?:公安局|派出所|车管所"
    rf"|车辆管理所)(?![\u4e00-\u9fff]))[\u4e00-\u9fffA-Z0-9][\u4e00-\u9fff（）()A-Z0-9]{{1,39}}(?:{ORGANISATION_ENDS})(?:\([\u4e00-\u9fff]{{2,6}}\)$)?|[\u4e00-\u9fff]{{1,8}}·[\u4e00-\u9fff·]{{1,16}}"
    rf"|{_NO_PERSON}(?![及和对的应与或为是将由]|(?:{_NO_NAME}))[\u4e00-\u9fff]{{2,4}}(?![\u4e00-\u9fff]"
    rf"|\([\u4e00-\u9fff]{{2,6}}\)[\u4e00-\u9fff])"
    r"|(?!SIGNATURE|NAME|DATE|SEX|NO\b)[A-Z]{2,30}(?:,[A-Z]{2,30})?)"
)
PERSON = rf"^(?:{_PERSON})"
# An office, a firm, a hospital: by how it ends, and nothing behind it.
_OFFICE = (
    rf"[\u4e00-\u9fff（）()A-Z0-9·]{{1,40}}(?:{ORGANISATION_ENDS}|大厅|窗口|海关|处|科|室|驾校|机构|医院|政府|岗|场|行"
    r"|支队|大队|派出所|车管所|办|厅|会|校|园|司|署)"
)
OFFICE = rf"^{_OFFICE}(?![\u4e00-\u9fff])"
# What stands under a name: on a card the sex or the name in Latin letters, on an invoice the buyer's number.
SEX_BELOW = r"^(?:性别|[男女].{0,5}$)|^[A-Z]{2,20},[A-Z]{2,30}$"
NUMBER_BELOW = r"^(?:[1-9]\d{14}(?:\d\d[\dX])?|[0-9A-Z]{18}|[0-9A-Z]{8}-?[\dX])$"
# A person's name in a sentence, as short as what follows allows.
IN_SENTENCE = r"([\u4e00-\u9fff]{2,4}?)"
NAMED = "姓名/名称 姓名(单位名称) 姓名(名称) 姓名 名称 单位名称"
# An organisation by its name alone.
ORGANISATION = r"[\u4e00-\u9fff()A-Z0-9]{3,38}(?:公司|集团|银行|中心|学校|医院|合作社)"
# A month with a nought before it is followed by a day of two figures, or one was not read.
DATE = r"(?:19|20)\d{2}(?!\D0\d\D\d(?!\d))[年.\-/]\d{1,2}[月.\-/]\d{1,2}日?|(?<!\d)(?:19|20)\d{2}[01]\d[0-3]\d(?!\d)"
# A seal may leave a sign before it.
DATE_ALONE = rf"(?:^|(?<=^[^\d至自于到期]))(?:{DATE})(?=.{{0,3}}$)"
DATE_OR_LONG = DATE + "|长期"
# The end of a term that is given from day to day, and its beginning.
TERM_END = rf"(?<=[至\-~—])(?:{DATE_OR_LONG})|^(?:{DATE_OR_LONG})(?!.{{0,5}}[至\-~—])"
TERM_START = rf"^(?:自|从)?(?:{DATE})"
MONTH = (
    r"(?:19|20)\d{2}[年.\-/](?:1[0-2]|0?[1-9])(?:月|(?=[^\d年月.\-/]|$))|(?:19"
    r"|20)\d{2}[年.\-/]\d{1,2}[月.\-/]\d{1,2}日?"
)
# Words in capitals are no number.
CODE = r"^(?=(?:[A-Z*/#\-]*\d){3})[A-Z0-9][A-Z0-9*/#\-]{3,29}"
# A number that an office gave: letters, figures, the words and brackets of a document number.
REFERENCE = r"^(?=(?:\D*\d){3})[\u4e00-\u9fffA-Z0-9()\[\]〔〕【】\-_/.]{4,32}"
# A document number 〔2024〕第12号 by its form alone.
WORD_NUMBER = r"[\u4e00-\u9fffA-Z0-9]{2,14}字第?\d{3,15}号"
DOCUMENT_NUMBER = r"[\u4e00-\u9fff]{2,14}[\[〔(【]?(?:19|20)\d{2}[\]〕)】]?[\u4e00-\u9fff]{0,4}第?\d{1,10}号"
CASE_NUMBER = (
    r"[(\[〔【]?(?:19|20)\d{2}[)\]〕】]?[\u4e00-\u9fff][\u4e00-\u9fff0-9]{1,14}?第?\d{1,6}(?:[-之]\d{1,3})?号"
    r"|[\u4e00-\u9fff]{2,8}字?[(\[〔【](?:19|20)\d{2}[)\]〕】]第?\d{1,6}号"
)
VIN_BARE = r"(?<![A-Z0-9])(?=[0-9]*[A-Z])(?=(?:[A-Z]*[0-9]){4})[A-Z0-9]{17}(?![A-Z0-9])"
# A speck of a worn print or a pen's rest may be read as a point between the signs.
PLATE = rf"[{PROVINCES}][A-Z](?:[·•.\-]?[A-Z0-9]){{4,5}}[A-Z0-9]?[挂学警港澳领试临超]?"
# Not what may as well be a citizen number, of which one in 31 has a fitting check character.
CREDIT_CODE = r"(?![1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dX])[1-9ANY][0-9A-Z]{17}"
AMOUNT = r"[¥￥]?\d[\d,]*\.\d{2}"
# Words, a few words, any text that is no row of tick boxes.
WORDS = r"^[\u4e00-\u9fff]{2,16}(?![\u4e00-\u9fff])"
RECORD = r"^(?:无(?![\u4e00-\u9fff])|(?=.*[\u4e00-\u9fff]{2})(?!摘要|编号|栏)[^□☐☑√■☒:][^□☐☑√■☒]{1,59})"
TEXT = r"^(?=.*[\u4e00-\u9fffA-Z0-9])[^□☐☑√■☒:][^□☐☑√■☒]{1,59}"
