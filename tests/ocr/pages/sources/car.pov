// A saloon of no maker, seen from the left front at 45 degrees, in a yard. Lengths in metres; the front looks to -x.
#version 3.7;
global_settings { assumed_gamma 1 radiosity { count 60 error_bound .6 } }
camera { location <-5.0,1.62,-4.6> look_at <-.35,.62,0> angle 42 right x*4/3 }
light_source { <-18,26,-10> rgb <1.25,1.2,1.1> area_light <3,0,0>,<0,0,3>,4,4 adaptive 1 jitter }
sky_sphere { pigment { gradient y color_map { [0 rgb <.78,.83,.88>] [.5 rgb <.45,.6,.8>] } } }
#macro Spline(A, H) prism { cubic_spline -H, H, dimension_size(A,1)+3, A[dimension_size(A,1)-1]
  #for (I,0,dimension_size(A,1)-1) , A[I] #end , A[0], A[1] rotate -90*x } #end
#declare Side = array[16] { <-2.28,.38>,<-2.3,.62>,<-2.16,.8>,<-1.5,.92>,<-.95,1.0>,<-.35,1.36>,<.2,1.45>,<.85,1.41>,<1.55,1.08>,<2.1,1.02>,<2.24,.9>,<2.26,.5>,<2.1,.26>,<1,.22>,<-1,.22>,<-2.1,.24> }
#declare Front = array[12] { <-.86,.4>,<-.9,.66>,<-.86,.9>,<-.72,1.2>,<-.58,1.4>,<-.3,1.46>,<.3,1.46>,<.58,1.4>,<.72,1.2>,<.86,.9>,<.9,.66>,<.86,.4> }
#declare Plan = array[12] { <-2.3,-.3>,<-2.24,-.62>,<-1.9,-.83>,<-1,-.92>,<1.2,-.92>,<2.05,-.8>,<2.27,-.4>,<2.27,.4>,<2.05,.8>,<1.2,.92>,<-1.9,.83>,<-2.24,.62> }
#declare Cabin = array[8] { <-.84,1.0>,<-.34,1.31>,<.2,1.4>,<.83,1.36>,<1.36,1.12>,<1.3,.99>,<.3,.97>,<-.5,.98> }
#declare Paint = texture { pigment { rgb <.33,.04,.045> } finish { diffuse .55 specular .6 roughness .008 reflection { .04,.3 fresnel on } conserve_energy } }
#declare Glass = texture { pigment { rgb <.03,.04,.05> } finish { specular .8 roughness .004 reflection .18 } }
#declare Black = texture { pigment { rgb .035 } finish { specular .15 } }
#declare Chrome = texture { pigment { rgb .6 } finish { specular .9 reflection .45 } }
#declare Shell = intersection { object { Spline(Side,1) } object { Spline(Front,2.5) rotate 90*y }
  prism { cubic_spline 0, 2, 15, Plan[11] #for (I,0,11) , Plan[I] #end , Plan[0], Plan[1] } }
#macro Wheel(X,Z) union { torus { .235,.085 rotate 90*x texture { Black } } cylinder { <0,0,-.08>,<0,0,.08>,.235 texture { Black } }
  #for (K,0,4) box { <-.03,0,-.1>,<.03,.2,.1> rotate z*(72*K+12) texture { Chrome } } #end
  cylinder { <0,0,-.1>,<0,0,.1>,.05 texture { Chrome } } torus { .205,.018 rotate 90*x translate -.085*z texture { Chrome } } translate <X,.32,Z> } #end
union {
  difference { object { Shell texture { Paint } }
    #for (S,-1,1,2) cylinder { <-1.36,.32,S*.55>,<-1.36,.32,S*1.2>,.375 texture { Black } } cylinder { <1.34,.32,S*.55>,<1.34,.32,S*1.2>,.375 texture { Black } } #end
    object { Spline(Cabin,.7) scale <1,1,2> texture { Black } }
    box { <-3,.99,-.6>,<-.3,1.5,.6> texture { Black } }
    box { <-2.5,.3,-.5>,<-2.2,.44,.5> texture { Black } }
    #for (K,0,2) box { <K*.85-.62,.3,-1>,<K*.85-.608,1.02,-.83> texture { Black } } #end }
  intersection { object { Shell scale <.996,.994,.985> } box { <-1.2,.9,-1>,<2,1.5,1> } texture { Glass } }
  box { <.18,.95,-.82>,<.26,1.38,-.6> texture { Black } }
  intersection { object { Shell scale 1.004 } union { box { <-2.5,.64,-.88>,<-1.93,.75,-.52> } box { <-2.5,.64,.52>,<-1.93,.75,.88> } } texture { pigment { rgb <.85,.9,.95> } finish { specular .9 reflection .25 } } }
  intersection { object { Shell scale 1.004 } box { <-2.5,.6,-.42>,<-2,.74,.42> } texture { Black } }
  #for (K,0,4) intersection { object { Shell scale 1.007 } box { <-2.5,.615+K*.026,-.41>,<-2,.623+K*.026,.41> } texture { Chrome } } #end
  Wheel(-1.36,-.78) Wheel(1.34,-.78) Wheel(-1.36,.78) Wheel(1.34,.78)
  #for (S,-1,1,2) sphere { 0,1 scale <.07,.065,.1> translate <-.62,1.02,S*.98> texture { Paint } } #end
  box { <-.35,.79,-.915>,<-.17,.81,-.88> texture { Chrome } } box { <.5,.79,-.92>,<.68,.81,-.88> texture { Chrome } }
  box { 0,1 texture { pigment { image_map { png "plate.png" interpolate 2 } } finish { specular .25 } } translate -.5 scale <.44,.14,.015> rotate 90*y translate <-2.325,.51,0> }
}
plane { y,0 texture { pigment { granite scale .35 color_map { [0 rgb .2] [1 rgb .36] } } normal { bumps .4 scale .02 } } }
#for (K,-3,3) box { <-3.4,.002,K*2.9-.05>,<3.4,.004,K*2.9+.05> pigment { rgb .75 } } #end
box { <-30,0,7>,<30,3.4,7.4> texture { pigment { brick rgb .5, rgb <.5,.33,.27> brick_size <8,3,4.5> mortar .35 scale .035 } }}
#declare R = seed(3);
#for (K,0,46) sphere { 0, .5+rand(R)*.7 translate <-16+rand(R)*40, 2.7+rand(R)*2.4, 8.5+rand(R)*3> texture { pigment { bozo scale .12 color_map { [0 rgb <.05,.13,.04>] [1 rgb <.2,.33,.11>] } } normal { bumps 1 scale .1 } } } #end
