"""Rules for persons, organisations and offices: what they are called, their numbers, where they live."""

from __future__ import annotations

from ocr import mrz
from ocr.field_rules.forms import (
    CODE,
    CREDIT_CODE,
    IN_SENTENCE,
    NAME,
    NAMED,
    NUMBER_BELOW,
    OFFICE,
    ORGANISATION,
    PERSON,
    REFERENCE,
    SEX_BELOW,
)
from ocr.field_rules.rule import FieldRule, rule

# The longer names first.
_PEOPLES = (
    "柯尔克孜|乌孜别克|维吾尔|哈萨克|达斡尔|塔吉克|俄罗斯|鄂温克|塔塔尔|鄂伦春|穿青人|蒙古|"
    "布依|朝鲜|土家|哈尼|傈僳|高山|拉祜|东乡|纳西|景颇|仫佬|布朗|撒拉|毛南|仡佬|锡伯|阿昌|"
    "普米|德昂|保安|裕固|独龙|赫哲|门巴|珞巴|基诺|汉|回|藏|苗|彝|壮|满|侗|瑶|白|傣|黎|"
    "佤|畲|水|土|羌|怒|京"
)
_ETHNICITY = rf"^(?:{_PEOPLES})族?(?![\u4e00-\u9fff])"
_ADDRESS = r"^(?=.*[\u4e00-\u9fff]{2})[^□☐☑√■☒:/][^□☐☑√■☒:]{3,79}"
_KIN = (
    r"^(?:户主|本人|之?(?:配偶|夫|妻|子|女|长子|次子|三子|长女|次女|三女|独生子|独生女|儿子|女儿|儿媳|女婿|孙子|孙女"
    r"|外孙子?|外孙女"
    r"|父亲?|母亲?|岳父|岳母|公公|婆婆|祖父|祖母|外祖父|外祖母|兄|弟|姐|妹|哥哥|弟弟|姐姐|妹妹|父母|其他亲属"
    r"|非亲属))(?![\u4e00-\u9fff])"
)
_OFFICE_BARE = (
    r"^[\u4e00-\u9fff]{4,30}(?:公安局(?:[\u4e00-\u9fff]{2,8}分局)?|派出所|支队|大队|街道办事处|人民政府|居民委员会"
    r"|村民委员会|气象局|民政局)$"
)

PARTIES: dict[str, FieldRule] = {
    "id_number": rule(
        "公民身份号码 公民身份证号 公民身份证件编号 身份证明号码 居民身份证号码 身份证件号码 身份证件号 身份证号码 "
        "身份证号 证件号码 证件号 证号",
        r"\d{14,18}[0-9X]?",
        r"(?<![A-Z0-9])[1-9]\d{16}[0-9X](?![A-Z0-9])",
        unbroken=True,
        wraps=True,
    ),
    "agent_id_number": rule(
        "代理人身份证号码 代理人身份证号 受托人身份证号码 受托人身份证号 代理人信息 受托人信息",
        r"\d{14,18}[0-9X]?",
        bare=r"(?:职工|委派|介绍|委托|授权)[^,。;(]{2,16}?\(身份证(?:号码|号)?:?(\d{17}[\dX])",
        inner="居民身份证号码 身份证明号码 身份证号码 身份证号 证件号码",
        unbroken=True,
        bare_sure=0.85,
        wraps=True,
    ),
    "uscc": rule(
        "统一社会信用代码 社会信用代码 信用代码 组织机构代码 身份证明号码",
        CREDIT_CODE,
        valid_only=True,
    ),
    "seller_tax_no": rule(
        "销售方纳税人识别号 销方纳税人识别号 销售单位纳税人识别号 销方税号 纳税人识别号",
        CREDIT_CODE,
        valid_only=True,
    ),
    "owner_name": rule(
        "机动车所有人的姓名 机动车所有人姓名/名称 机动车所有人 车辆所有人 所有权人 所有人 车主姓名 车主 姓名/名称 "
        "声明人(签字) 承诺人(签字) 声明人 承诺人",
        NAME,
        rf"(?:兹证明|兹有|客户|当户|本人|被继承人|借款人|赠与人){IN_SENTENCE}"
        r"(?:\((?:公民)?身份|,?所有的|于(?:19|20)|,因|以号牌|自愿)"
        rf"|(?:^|,){IN_SENTENCE}于(?:19|20)\d\d年\d{{1,2}}月\d{{1,2}}日在我|登记在{IN_SENTENCE}名下"
        rf"|^{IN_SENTENCE}\((?:居民|公民)?身份证?(?:号码?)?:?\d{{17}}[\dX]\)(?=以|将|用)"
        rf"|^({ORGANISATION})\(统一社会信用代码:?[0-9A-Z]{{18}}\)(?=,?经审核)",
        others="被继承人 赠与人 原所有人 调出单位 抵押人(所有人) 抵押人 当户 借款人 额度所有人 "
        "中标人 客户名称 客户姓名 姓名(单位名称) 申请单位(人) 交车单位(个人) 申请人 当事人 姓名",
        inner=NAMED,
        bare_sure=0.9,
    ),
    "person_name": rule(
        "申请人姓名 学员姓名 考生姓名 驾驶人姓名 户主姓名 死者姓名 姓名/名称 姓名",
        NAME,
        rf"(?:^|(?<=[,:]))[\u4e00-\u9fff]{{2,4}}(?=,[男女],)"
        rf"|(?:兹证明|兹有|居民|患者|机动车驾驶人|系我部|退役(?:士兵|军人|士官|军官)){IN_SENTENCE}"
        rf"(?:,[男女]|同志|\((?:公民)?身份|,(?:公民)?身份证|在部队|在我部)",
        others="被检测人 被查询人 被核查人 被处罚人 持证人 现用名 学员 兹有居民 当事人 申请人 NAME",
        above=SEX_BELOW,
        bare_sure=0.7,
    ),
    "buyer_name": rule(
        "买方单位/个人 购买方名称 买方名称 购买方 购货单位(人) 购货单位名称",
        NAME,
        rf"(?:归买受人|归(?!买受)|登记至|买受人){IN_SENTENCE}(?:所有|\(|以最高|竞得)",
        others="购买方信息 竞买人/受让人 买受人 受让人 竞得人 受赠人 继承人 调入单位 现所有人 买方 申请执行人 名称",
        inner=NAMED,
        bare_sure=0.9,
        above=NUMBER_BELOW,
    ),
    "seller_name": rule(
        "卖方单位/个人 销货单位名称 销售单位名称 销售方名称 卖方名称",
        NAME,
        others="销售方信息 销售方 销售单位 卖方 名称",
        inner=NAMED,
        second="名称",
    ),
    "taxpayer_name": rule("纳税人名称", NAME, others="车主名称"),
    "insured_name": rule("被保险人名称 被保险人姓名 被保险人", NAME),
    "org_name": rule(
        "单位名称 企业名称 业户名称 学校名称 机构名称 名称", NAME, others="申请单位 经营者 业户 单位 称"
    ),
    "principal_name": rule(
        "委托人姓名/名称 委托单位 委托人",
        NAME,
        rf"^({ORGANISATION})\((?:公章|盖章)\)$",
        others="授权人",
        inner=NAMED,
        lowest=True,
    ),
    "agent_name": rule(
        "代理人姓名/名称 被委托人 受托人 代理人",
        NAME,
        rf"(?:职工|委派|介绍|委托|授权)(?:我单位|我公司|单位)?(?:职工|员工)?{IN_SENTENCE}(?:等[一二三四五壹贰叁1-9]"
        rf"|同志|\(身份|前往)",
        others="受委托人姓名 受委托人 受托人姓名 代理人签名 代理人(签名)",
        inner=NAMED,
    ),
    "mortgagee_name": rule(
        "抵押权人姓名/名称 抵押权人/典当行 抵押权人", NAME, others="典当行 贷款人 出借人", inner=NAMED
    ),
    "manufacturer": rule(
        "车辆制造企业名称 车辆生产企业名称 车辆制造商名称 制造企业名称 生产企业名称 制造商名称 生产厂名称 制造厂名称 "
        "底盘制造企业名称 底盘生产企业名称",
        NAME,
        others="车辆生产企业 车辆制造企业 生产企业 制造企业 生产厂家 制造厂 制造商",
    ),
    "insurer": rule("保险人 承保公司 保险公司 公司名称", NAME),
    "former_name": rule("变更前姓名 变更前名称 原用姓名 曾用名 原姓名 原名称", NAME),
    "spouse_name": rule("配偶姓名 配偶", PERSON, others="姓名 申请人", second="姓名 申请人"),
    "legal_rep": rule("法定代表人(负责人) 法定代表人 执行事务合伙人 经营者姓名 经营者 负责人 投资人", PERSON),
    "operator": rule("受理人员 经办人 受理人 承办人 受理岗", PERSON),
    "approver": rule("审批人签字 审批人 批准人 领导审批 领导审批意见 审核人", PERSON),
    "inspector": rule("查验员签字 查验员签名 查验员(签字) 查验人员 查验员 查验民警", PERSON),
    "doctor": rule(
        "主检医师签字 主检医师 主检医生 检查医师 检查医生 体检医师 体检医生 医师签字 医生签字 医师签名 医生签名 医师 "
        "医生",
        PERSON,
    ),
    "examiner": rule("考试员姓名 考试员签名 考试员签字 考试员 考官", PERSON),
    "translator": rule(
        "翻译机构名称 翻译机构 翻译单位 翻译公司 翻译人员 翻译人 译者",
        rf"{OFFICE}|{PERSON}",
        r"^[\u4e00-\u9fff()]{3,24}翻译[\u4e00-\u9fff()]{0,12}(?:公司|中心|社|院)$",
        sure=0.8,
    ),
    "accept_dept": rule("受理部门 受理单位 受理机关 受理机构 办理地点 受理地点 办理部门", OFFICE),
    "issuer": rule(
        "出具机关 出具单位 核查单位 证明单位 签发机关 发证机关 检测单位", OFFICE, _OFFICE_BARE, bare_sure=0.7
    ),
    "id_issuer": rule(
        "签发机关", OFFICE, r"^[\u4e00-\u9fff]{2,20}公安局[\u4e00-\u9fff]{0,10}$", bare_sure=0.8
    ),
    "customs_name": rule(
        "签发海关 进口海关 入境海关 海关名称 海关",
        OFFICE,
        r"^(?!中华人民共和国海关|进境|出境|入境|进口|出口|签发)(?:中华人民共和国)?[\u4e00-\u9fff]{2,12}海关$",
        bare_sure=0.7,
    ),
    "court_name": rule(
        "审理法院 执行法院 法院名称 仲裁机构 仲裁委员会名称 法院",
        OFFICE,
        r"^(?:中华人民共和国)?[\u4e00-\u9fff]{2,20}(?:人民法院|海事法院|铁路运输法院|仲裁委员会|仲裁院)$",
        bare_sure=0.9,
    ),
    "hospital": rule(
        "医疗机构名称 医疗机构 体检医疗机构 体检医院 体检机构 检查医院 医院名称 专门医疗机构",
        OFFICE,
        r"^[\u4e00-\u9fff]{3,24}(?:医院|卫生院|卫生服务中心|门诊部|体检中心|保健院)$",
    ),
    "recycler_name": rule(
        "报废机动车回收拆解企业名称 回收拆解企业名称 回收企业名称 回收拆解企业 回收单位 拆解企业 回收企业 企业名称",
        OFFICE,
        r"^[\u4e00-\u9fff（）()]{4,30}(?:回收|拆解|再生)[\u4e00-\u9fff（）()]{0,12}公司$",
    ),
    "market_name": rule(
        "二手车交易市场 二手车市场 经营、拍卖单位 经营拍卖单位 经营/拍卖单位 市场名称 开票单位",
        OFFICE,
        r"^[\u4e00-\u9fff（）()]{3,24}(?:二手车|旧机动车|旧车)[\u4e00-\u9fff（）()]{0,12}公司$",
    ),
    "station_name": rule(
        "检验机构名称 检验检测机构 检测机构名称 检验机构 检测机构 检测站 检验站",
        OFFICE,
        r"^[\u4e00-\u9fff（）()]{3,24}(?:机动车)?检[测验](?:站|中心|有限公司|有限责任公司)$",
    ),
    "school_name": rule(
        "驾驶培训机构名称 培训机构名称 驾驶培训机构 培训机构 驾校名称 驾驶培训学校 培训单位 驾校",
        OFFICE,
        r"^[\u4e00-\u9fff]{2,20}(?:驾校(?:\([\u4e00-\u9fff]{2,4}\))?(?:有限公司)?|驾驶员?培训(?:学校|中心|有限公司)"
        r"|驾驶学校)$",
        bare_sure=0.8,
    ),
    "unit_name": rule("所属部队 部别 单位", r"^[\u4e00-\u9fff0-9]{3,24}(?![\u4e00-\u9fff])"),
    "exam_site": rule(
        "考试地点(路线) 考场(路线) 考试地点 考试场地 考场名称 考点名称 考场 考点",
        r"^[\u4e00-\u9fff0-9（）()A-Z]{2,30}",
    ),
    "gender": rule("性别", r"^(?:男|女|M(?:ALE)?(?![A-Z])|F(?:EMALE)?(?![A-Z]))", anywhere=True),
    "ethnicity": rule("民族", _ETHNICITY, anywhere=True),
    "nationality": rule(
        "国籍(地区) 国籍/地区 国籍 NATIONALITY",
        r"^(?:[\u4e00-\u9fff]{2,10}(?![\u4e00-\u9fff])|[A-Z]{3,20}(?![A-Z]))",
        anywhere=True,
    ),
    "country": rule(
        "签发国家/地区 签发国家(地区) 发证国家/地区 发证国家(地区) 发证国家或地区 发证国家 签发国家 签发国 国家/地区 "
        "国籍 COUNTRY",
        r"^(?:[\u4e00-\u9fff]{2,12}(?![\u4e00-\u9fff])|[A-Z]{3,20}(?![A-Z]))",
    ),
    "relation_to_head": rule("户主或与户主关系 与户主关系", _KIN),
    "address": rule(
        "本市(县)其他住址 邮寄地址 联系住所 住所地址 居住地址 现居住地址 现居住地 机构地址 单位地址 注册地址 "
        "主要经营场所 经营场所 营业场所 联系地址 现住址 住址 住所 地址",
        _ADDRESS,
        others="址",
        flows=True,
    ),
    "phone": rule("联系电话 移动电话 手机号码 固定电话 电话", r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}"),
    "passport_no": rule(
        "护照号码 护照号 证件号码 PASSPORTNUMBER PASSPORTNO",
        r"(?<![A-Z0-9])[A-Z]{0,3}\d{6,18}X?(?![A-Z0-9])",
        others="护照 CARDNO",
        bare=r"^[A-Z]{1,2}\d{7,8}$",
        coded=mrz.document_number,
    ),
    "hmt_permit_no": rule(
        "通行证号码 通行证号 证件号码 CARDNO",
        r"(?<![A-Z0-9])(?:[HM]\d{8}(?:\d{2})?|\d{8}(?:\d{2})?)(?![A-Z0-9])",
    ),
    "visa_no": rule(
        "外国人居留许可号 居留许可号码 居留许可号 居留证号 签证号码 签证号 VISANO",
        r"(?<![A-Z0-9])[A-Z]{0,3}\d{6,12}(?![A-Z0-9])",
    ),
    "residence_permit_no": rule(
        "居住证编号 居住证号码 居住证号 证件编号 凭证编号 登记凭证号", r"^[A-Z0-9]{8,20}", others="编号"
    ),
    "household_no": rule("户号 户编号", r"^[A-Z]?\d{6,12}"),
    "military_license_no": rule(
        "驾驶证号码 证号 编号", r"[军武][\u4e00-\u9fffA-Z]字?\d{6,12}|^(?:WJ)?\d{8,12}(?!\d)"
    ),
    "military_id_no": rule(
        "证件编号 证号 编号", r"[\u4e00-\u9fff]字第\d{5,10}号", r"[军士武文警]字第\d{5,10}号", bare_sure=0.8
    ),
    "foreign_license_no": rule(
        "驾驶证号码 驾驶证号 执照号码 LICENCENO LICENSENO DLNO", rf"{CODE}(?:\(\d\))?"
    ),
    "file_no": rule("档案编号", r"(?<!\d)\d{12}(?!\d)"),
    "dossier_no": rule("档号 档案编号 档案号", REFERENCE),
}
