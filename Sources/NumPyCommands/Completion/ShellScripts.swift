/// The few lines that tie each shell to `npy complete`.
enum ShellScripts {
  /// Bash cuts words at colons and equals signs (`COMP_WORDBREAKS`) and replaces only the last part: so the line is
  /// taken apart anew here, and what stands before the last such sign is cut off the candidates again.
  static let bash = #"""
    # Completions of npy for bash. To use them now: source <(npy completions bash)

    _npy() {
        local line="${COMP_LINE:0:COMP_POINT}" word="" raw="" quote="" head="" begun="" character next i
        local -a words=()
        for ((i = 0; i < ${#line}; i++)); do
            character="${line:i:1}"
            if [[ -n $quote ]]; then
                raw+="$character"
                if [[ $character == "$quote" ]]; then
                    quote=""
                elif [[ $character == \\ && $quote == '"' ]]; then
                    next="${line:i+1:1}"
                    ((i++))
                    [[ $next == [\"\\\$\`] ]] || word+="\\"
                    word+="$next"
                    raw+="$next"
                else
                    word+="$character"
                fi
                continue
            fi
            case "$character" in
                [[:space:]])
                    [[ -n $begun ]] && words+=("$word")
                    word="" raw="" begun=""
                    continue
                    ;;
                [\'\"]) quote="$character" head="$word" ;;
                \\)
                    ((i++))
                    word+="${line:i:1}"
                    raw+="\\"
                    character="${line:i:1}"
                    ;;
                *) word+="$character" ;;
            esac
            raw+="$character"
            begun=1
        done
        words+=("$word")

        # What bash does not replace: all before the last sign at which it cuts.
        local kept="" sign
        if [[ -z $quote ]]; then
            for sign in : =; do
                if [[ $COMP_WORDBREAKS == *"$sign"* && $raw == *"$sign"* && ${#raw} -gt ${#kept} ]]; then
                    next="${raw%"$sign"*}$sign"
                    [[ ${#next} -gt ${#kept} ]] && kept="$next"
                fi
            done
        fi

        COMPREPLY=()
        local candidate
        while IFS= read -r candidate; do
            candidate="${candidate%%$'\t'*}"
            # Names come from files: none may end the quote at hand, or be run or expanded within it.
            if [[ -n $quote ]]; then
                # Within double quotes nothing keeps an interactive bash from expanding it.
                [[ $quote == '"' && $candidate == *!* ]] && continue
                candidate="${candidate#"$head"}"
                word=""
                for ((i = 0; i < ${#candidate}; i++)); do
                    character="${candidate:i:1}"
                    case "$quote$character" in
                        \'\') character="'\\''" ;;
                        \"[\"\\\$\`]) character="\\$character" ;;
                    esac
                    word+="$character"
                done
                # Readline closes the quote, unless it believes that the name has done so.
                [[ $candidate == *"$quote" ]] && word+="$quote"
                candidate="$word"
            else
                if [[ $candidate == \~/* ]]; then
                    printf -v candidate '~/%q' "${candidate#\~/}"
                else
                    printf -v candidate '%q' "$candidate"
                fi
                candidate="${candidate#"$kept"}"
            fi
            COMPREPLY+=("$candidate")
        done < <("${words[0]/#\~/$HOME}" complete -- "${words[@]:1}" 2>/dev/null)
        if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/:=] ]] && type compopt >/dev/null 2>&1; then
            compopt -o nospace
        fi
    }

    complete -o nosort -F _npy npy 2>/dev/null || complete -F _npy npy
    """#

  static let zsh = #"""
    #compdef npy
    # Completions of npy for zsh. To use them, put this in a file _npy in a folder of $fpath, or now:
    # source <(npy completions zsh)

    _npy() {
        local -a typed plain plain_help open open_help
        local line candidate help current="$PREFIX"
        # Within quotes the word is as it is; else it has backslashes.
        [[ -z "$QIPREFIX" ]] && current="${(Q)PREFIX}"
        (( CURRENT > 2 )) && typed=("${(@Q)words[2,CURRENT-1]}")
        typed+=("$current")
        while IFS= read -r line; do
            candidate="${line%%$'\t'*}"
            help=""
            [[ "$line" == *$'\t'* ]] && help="  -- ${line#*$'\t'}"
            if [[ "$candidate" == *[/:=] ]]; then
                open+=("$candidate")
                open_help+=("$candidate")
            else
                plain+=("$candidate")
                plain_help+=("$candidate$help")
            fi
        done < <("${(Q)words[1]/#\~/$HOME}" complete -- "${typed[@]}" 2>/dev/null)
        # zsh quotes what it inserts, since names come from files and may hold anything: but not the tilde.
        if [[ -z "$QIPREFIX" && "$PREFIX" == \~/* ]] && compset -P '\~/'; then
            open=("${(@)open#\~/}")
            plain=("${(@)plain#\~/}")
        fi
        (( ${#open} )) && compadd -S '' -d open_help -- "${open[@]}"
        (( ${#plain} )) && compadd -l -d plain_help -- "${plain[@]}"
        (( ${#open} || ${#plain} ))
    }

    if [[ "${funcstack[1]}" == _npy ]]; then
        _npy "$@"
    else
        compdef _npy npy
    fi
    """#

  static let fish = #"""
    # Completions of npy for fish. To use them now: npy completions fish | source

    function __npy_complete
        set -l typed (commandline -opc)
        set -l current (commandline -ct)
        set -l plain (string unescape -- "$current" 2>/dev/null)
        test -n "$plain"; or set plain "$current"
        command $typed[1] complete -- $typed[2..-1] "$plain" 2>/dev/null
    end

    complete -c npy -f -k -a '(__npy_complete)'
    """#
}
