// A sheet on a table, photographed by hand: bent paper, one window, a shadow of the arm. Declare View (1: a card, reads sheet1.png;
// 2: a large sheet, sheet2.png), Width and Height (in cm).
#version 3.7;
global_settings { assumed_gamma 1 }
#declare Sheet = concat("sheet", str(View,0,0), ".png");
#declare T = select(View-1, 0, 0, 1);
camera { location <6-T*14, 34+T*9, -21-T*4> look_at <T*.6,0,-.6> angle 25+T*13 right x*4/3 }
light_source { <-60,70,50> rgb <1.05,1,.92> area_light <26,0,0>,<0,20,0>,5,5 adaptive 1 jitter }
light_source { <40,90,-60> rgb <.32,.34,.4> shadowless }
cylinder { <-30,24,26>,<-7-T*6,15,13>,3.2 pigment { rgb <.5,.38,.3> } no_reflection }
plane { y,-.05 texture { pigment { wood turbulence .05 scale <1.6,1.6,30> rotate 86*y color_map { [0 rgb <.32,.19,.1>] [.6 rgb <.44,.27,.15>] [1 rgb <.36,.21,.11>] } } finish { specular .25 roughness .02 } } }
cylinder { <Width*.68,0,Height*.45>,<Width*.9,.05,-Height*.35>,.45 translate .45*y pigment { rgb <.08,.1,.25> } finish { specular .8 } }
#declare B = Width*.035;
bicubic_patch { type 1 flatness .002 u_steps 4 v_steps 4 uv_vectors <0,0> <1,0> <1,1> <0,1>
#for (J,0,3) #for (I,0,3) <(I/3-.5)*Width, B*(I=1)*1.1+B*(J=3)*.9*(I!=1)+B*.3*(J=0)*(I=3)+.02, (J/3-.5)*Height> #if (I+J<6) , #end #end #end
 texture { uv_mapping pigment { image_map { png Sheet interpolate 2 } } finish { diffuse .82 ambient .05 specular select(View-1,.18,.18,.03) roughness .03 } } rotate (T*14-6)*y }
